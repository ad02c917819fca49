import { Migration } from '@mikro-orm/migrations';
import { readFile } from 'node:fs/promises';
import { newId } from '../../common/id.js';

/** In the folder initial/, in the order in which they build on each other. */
const FILES = ['extensions.sql', 'search-text.sql', 'tables.sql', 'similar-tickets.sql', 'search.sql', 'names.sql'];

/** Everything that the first version has; see docs/decisions/0120-one-initial-migration.md. */
export class Migration20261127000000_initial extends Migration {

  override name = 'Migration20261127000000_initial';

  override async up(): Promise<void> {
    for (const file of FILES) this.addSql(await readFile(new URL(`./initial/${file}`, import.meta.url), 'utf8'));

    // The built-in roles; see docs/access.md.
    const columns =
      'id, name, built_in, can_view_all, can_edit_all, can_delete_all, can_manage_users, can_manage_tickets, can_assign_tickets, created_at';
    this.addSql(`insert into role (${columns}) values
      ('${newId()}', 'admin', 'ADMIN', true, true, true, true, true, true, now()),
      ('${newId()}', 'tech', 'TECH', true, true, false, false, true, true, now()),
      ('${newId()}', 'user', 'USER', true, false, false, false, false, false, now());`);
  }

  override down(): never {
    throw new Error('Before the initial migration there is nothing to go back to. Drop the database instead.');
  }

}
