import { Migration } from '@mikro-orm/migrations';

/** Names sort by Unicode's default order, whatever the order of the database is. */
export class Migration20261127140500_names_in_order extends Migration {

  override name = 'Migration20261127140500_names_in_order';

  override up(): void | Promise<void> {
    this.addSql(`drop index "product_name_page";`);
    this.addSql(`create index "product_by_name" on "product" (("name"::text collate "und-x-icu"), "id");`);
    this.addSql(`create index "user_by_username" on "user" (("username"::text collate "und-x-icu"), "id");`);
    this.addSql(
      `create index "user_by_name" on "user" (((first_name || coalesce(' ' || last_name, ''))::text collate "und-x-icu"), "id");`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "user_by_name";`);
    this.addSql(`drop index "user_by_username";`);
    this.addSql(`drop index "product_by_name";`);
    this.addSql(`create index "product_name_page" on "product" ("name", "id");`);
  }

}
