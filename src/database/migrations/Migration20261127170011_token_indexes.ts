import { Migration } from '@mikro-orm/migrations';

/**
 * A session that is refreshed every ten minutes has 4,320 tokens after thirty days. A refresh read all of them to count
 * those of one generation, and the clean-up read all refresh tokens to find links that have expired.
 */
export class Migration20261127170011_token_indexes extends Migration {

  override name = 'Migration20261127170011_token_indexes';

  override up(): void | Promise<void> {
    this.addSql(`set local statement_timeout = 0;`);
    this.addSql(`create index "token_by_session" on "token" ("session_id", "generation");`);
    this.addSql(`drop index "token_session_id";`);
    this.addSql(`create index "token_link_expires_at" on "token" ("expires_at") where kind <> 'REFRESH';`);
    this.addSql(`drop index "token_expires_at";`);
  }

  override down(): void | Promise<void> {
    this.addSql(`set local statement_timeout = 0;`);
    this.addSql(`create index "token_expires_at" on "token" ("expires_at");`);
    this.addSql(`drop index "token_link_expires_at";`);
    this.addSql(`create index "token_session_id" on "token" ("session_id");`);
    this.addSql(`drop index "token_by_session";`);
  }

}
