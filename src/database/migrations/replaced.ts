/** What made the schema before, in its order: databases and backups from before 27 November 2026 name these. */
export const REPLACED_MIGRATIONS = [
  'Migration20261121031242_initial',
  'Migration20261121034718_accounts',
  'Migration20261121035500_notification_retry',
  'Migration20261121040000_search',
  'Migration20261121040100_similar_tickets',
  'Migration20261121041000_insights',
  'Migration20261121062000_cheaper_words',
  'Migration20261121065000_must_hold',
  'Migration20261121070000_traces',
  'Migration20261121171000_changed_texts',
  'Migration20261127110500_taken_names',
  'Migration20261127121500_own_accounts',
  'Migration20261127134107_merged_mails',
  'Migration20261127140500_names_in_order',
  'Migration20261127152200_digest_told_until',
  'Migration20261127160000_search_rows',
  'Migration20261127163000_list_indexes',
  'Migration20261127170011_token_indexes',
] as const;

/** The migration that makes what all of them made. */
export const INITIAL_MIGRATION = 'Migration20261127000000_initial';

/** The last version that can run the replaced migrations, for messages. */
export const LAST_VERSION_BEFORE =
  'the last version of Docket before "One initial migration" (CHANGELOG.md, 27 November 2026)';

const replaced: ReadonlySet<string> = new Set(REPLACED_MIGRATIONS);

/**
 * The migrations by the names that they have since, in their order; the same ones where none is replaced.
 * @returns null when only some of the replaced ones have run: no migration leads from there to the present schema
 */
export function withoutReplaced(executed: readonly string[]): string[] | null {
  const others = executed.filter((name) => !replaced.has(name));
  if (others.length === executed.length) return others;
  return executed.length - others.length === replaced.size ? [INITIAL_MIGRATION, ...others] : null;
}
