import { Field, ID, InputType, Int } from 'type-graphql';
import { NotificationKind, NotificationStatus } from './notification.entity.js';

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class NotificationFilter {
  @Field(() => [NotificationKind], { nullable: true })
  kind?: NotificationKind[] | null;

  @Field(() => [NotificationStatus], { nullable: true })
  status?: NotificationStatus[] | null;

  @Field(() => [ID], { nullable: true })
  ticketId?: string[] | null;

  @Field(() => [ID], { nullable: true })
  recipientId?: string[] | null;
}

@InputType()
export class CancelNotificationInput {
  @Field(() => ID)
  id!: string;
}

@InputType({ description: 'What is left out stays. Turning a kind off cancels those that wait.' })
export class UpdateNotificationSettingsInput {
  @Field(() => Boolean, { nullable: true })
  assignmentEmails?: boolean | null;

  @Field(() => Boolean, { nullable: true })
  updateEmails?: boolean | null;

  @Field(() => Boolean, { nullable: true })
  digestEmails?: boolean | null;

  @Field(() => Int, { nullable: true, description: "0 to 23, local to timeZone. Null: the server's own interval." })
  digestHour?: number | null;

  @Field(() => String, { nullable: true, description: 'IANA name, e.g. Europe/Stockholm.' })
  timeZone?: string | null;
}
