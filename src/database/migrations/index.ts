import { type MigrationObject } from '@mikro-orm/core';
import { Migration20261121031242_initial } from './Migration20261121031242_initial.js';
import { Migration20261121034718_accounts } from './Migration20261121034718_accounts.js';
import { Migration20261121035500_notification_retry } from './Migration20261121035500_notification_retry.js';
import { Migration20261121040000_search } from './Migration20261121040000_search.js';
import { Migration20261121040100_similar_tickets } from './Migration20261121040100_similar_tickets.js';
import { Migration20261121041000_insights } from './Migration20261121041000_insights.js';
import { Migration20261121062000_cheaper_words } from './Migration20261121062000_cheaper_words.js';
import { Migration20261121065000_must_hold } from './Migration20261121065000_must_hold.js';
import { Migration20261121070000_traces } from './Migration20261121070000_traces.js';
import { Migration20261121171000_changed_texts } from './Migration20261121171000_changed_texts.js';
import { Migration20261127110500_taken_names } from './Migration20261127110500_taken_names.js';
import { Migration20261127121500_own_accounts } from './Migration20261127121500_own_accounts.js';
import { Migration20261127134107_merged_mails } from './Migration20261127134107_merged_mails.js';
import { Migration20261127140500_names_in_order } from './Migration20261127140500_names_in_order.js';
import { Migration20261127152200_digest_told_until } from './Migration20261127152200_digest_told_until.js';
import { Migration20261127160000_search_rows } from './Migration20261127160000_search_rows.js';
import { Migration20261127163000_list_indexes } from './Migration20261127163000_list_indexes.js';
import { Migration20261127170011_token_indexes } from './Migration20261127170011_token_indexes.js';

/** In the order in which they run. Listed by hand, so that the same list holds in dist, in tests and in the CLI. */
export const migrations: MigrationObject[] = [
  { name: 'Migration20261121031242_initial', class: Migration20261121031242_initial },
  { name: 'Migration20261121034718_accounts', class: Migration20261121034718_accounts },
  { name: 'Migration20261121035500_notification_retry', class: Migration20261121035500_notification_retry },
  { name: 'Migration20261121040000_search', class: Migration20261121040000_search },
  { name: 'Migration20261121040100_similar_tickets', class: Migration20261121040100_similar_tickets },
  { name: 'Migration20261121041000_insights', class: Migration20261121041000_insights },
  { name: 'Migration20261121062000_cheaper_words', class: Migration20261121062000_cheaper_words },
  { name: 'Migration20261121065000_must_hold', class: Migration20261121065000_must_hold },
  { name: 'Migration20261121070000_traces', class: Migration20261121070000_traces },
  { name: 'Migration20261121171000_changed_texts', class: Migration20261121171000_changed_texts },
  { name: 'Migration20261127110500_taken_names', class: Migration20261127110500_taken_names },
  { name: 'Migration20261127121500_own_accounts', class: Migration20261127121500_own_accounts },
  { name: 'Migration20261127134107_merged_mails', class: Migration20261127134107_merged_mails },
  { name: 'Migration20261127140500_names_in_order', class: Migration20261127140500_names_in_order },
  { name: 'Migration20261127152200_digest_told_until', class: Migration20261127152200_digest_told_until },
  { name: 'Migration20261127160000_search_rows', class: Migration20261127160000_search_rows },
  { name: 'Migration20261127163000_list_indexes', class: Migration20261127163000_list_indexes },
  { name: 'Migration20261127170011_token_indexes', class: Migration20261127170011_token_indexes },
];
