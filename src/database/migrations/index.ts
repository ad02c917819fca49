import { type MigrationObject } from '@mikro-orm/core';
import { Migration20261127000000_initial } from './Migration20261127000000_initial.js';
import { Migration20261127140000_who_hears } from './Migration20261127140000_who_hears.js';

/** In the order in which they run. Listed by hand, so that the same list holds in dist, in tests and in the CLI. */
export const migrations: MigrationObject[] = [
  { name: 'Migration20261127000000_initial', class: Migration20261127000000_initial },
  { name: 'Migration20261127140000_who_hears', class: Migration20261127140000_who_hears },
];
