import { type MigrationObject } from '@mikro-orm/core';
import { Migration20261127000000_initial } from './Migration20261127000000_initial.js';
import { Migration20261127140000_who_hears } from './Migration20261127140000_who_hears.js';
import { Migration20261127141500_silence } from './Migration20261127141500_silence.js';
import { Migration20261127142500_timeline } from './Migration20261127142500_timeline.js';
import { Migration20261127143000_activity } from './Migration20261127143000_activity.js';
import { Migration20261127144500_change_log } from './Migration20261127144500_change_log.js';
import { Migration20261127170000_comment_locks } from './Migration20261127170000_comment_locks.js';
import { Migration20261127210000_lease_columns } from './Migration20261127210000_lease_columns.js';
import { Migration20261127213000_search_costs } from './Migration20261127213000_search_costs.js';

/** In the order in which they run. Listed by hand, so that the same list holds in dist, in tests and in the CLI. */
export const migrations: MigrationObject[] = [
  { name: 'Migration20261127000000_initial', class: Migration20261127000000_initial },
  { name: 'Migration20261127140000_who_hears', class: Migration20261127140000_who_hears },
  { name: 'Migration20261127141500_silence', class: Migration20261127141500_silence },
  { name: 'Migration20261127142500_timeline', class: Migration20261127142500_timeline },
  { name: 'Migration20261127143000_activity', class: Migration20261127143000_activity },
  { name: 'Migration20261127144500_change_log', class: Migration20261127144500_change_log },
  { name: 'Migration20261127170000_comment_locks', class: Migration20261127170000_comment_locks },
  { name: 'Migration20261127210000_lease_columns', class: Migration20261127210000_lease_columns },
  { name: 'Migration20261127213000_search_costs', class: Migration20261127213000_search_costs },
];
