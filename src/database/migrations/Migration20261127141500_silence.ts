import { Migration } from '@mikro-orm/migrations';

/** Whether people are mailed about what an event records. A constant default does not rewrite the table. */
export class Migration20261127141500_silence extends Migration {

  override name = 'Migration20261127141500_silence';

  override up(): void {
    this.addSql('alter table ticket_event add column notified boolean not null default true;');
  }

  override down(): void {
    this.addSql('alter table ticket_event drop column notified;');
  }

}
