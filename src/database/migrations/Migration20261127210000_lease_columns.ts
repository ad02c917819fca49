import { Migration } from '@mikro-orm/migrations';

const RENAMED = [
  ['claimed_until', 'lease_expires_at'],
  ['told_with', 'mailed_with'],
  ['told_until', 'covered_until'],
] as const;

/** Names of the outbox: the lease of a mail, its first notification, and the end of a digest's range. Rewrites nothing. */
export class Migration20261127210000_lease_columns extends Migration {

  override name = 'Migration20261127210000_lease_columns';

  override up(): void {
    for (const [from, to] of RENAMED) this.addSql(`alter table notification rename column ${from} to ${to};`);
  }

  override down(): void {
    for (const [from, to] of RENAMED) this.addSql(`alter table notification rename column ${to} to ${from};`);
  }

}
