import { Migration } from '@mikro-orm/migrations';

/** The index by which `Ticket.timeline` reads the events that are not about comments. */
export class Migration20261127142500_timeline extends Migration {

  override name = 'Migration20261127142500_timeline';

  override up(): void {
    this.addSql(
      'create index "ticket_event_by_timeline" on "ticket_event" ("ticket_id", "created_at", "id") where comment_id is null;',
    );
  }

  override down(): void {
    this.addSql('drop index "ticket_event_by_timeline";');
  }

}
