import { Field, ID, InputType, Int } from 'type-graphql';
import { NotificationKind, NotificationStatus } from './notification.entity.js';

@InputType({ description: 'Every field given must hold; the values of one list are alternatives.' })
export class NotificationFilter {
  @Field(() => [NotificationKind], { nullable: true, description: 'Of one of these kinds.' })
  kind?: NotificationKind[] | null;

  @Field(() => [NotificationStatus], { nullable: true, description: 'In one of these states.' })
  status?: NotificationStatus[] | null;

  @Field(() => [ID], { nullable: true, description: 'About one of these tickets.' })
  ticketId?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'To one of these people. Others than yourself need canManageTickets.',
  })
  recipientId?: string[] | null;
}

@InputType({ description: 'Which mail is not to be sent.' })
export class CancelNotificationInput {
  @Field(() => ID, { description: 'One that is SCHEDULED.' })
  id!: string;
}

@InputType({ description: 'What is left out stays. Turning a kind off cancels those that wait.' })
export class UpdateNotificationSettingsInput {
  @Field(() => Boolean, {
    nullable: true,
    description: 'Mails about tickets that were assigned to you. Null is refused.',
  })
  assignmentEmails?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Mails about changes of tickets that concern you. Null is refused.',
  })
  updateEmails?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Mails about comments on tickets that concern you. Null is refused.',
  })
  replyEmails?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Mails about texts that name you. Null is refused.' })
  mentionEmails?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Mails about new tickets that nobody is assigned to. Null is refused.',
  })
  queueEmails?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'The summary of tickets assigned to you. Null is refused.' })
  digestEmails?: boolean | null;

  @Field(() => Int, { nullable: true, description: "0 to 23, local to timeZone. Null: the server's own interval." })
  digestHour?: number | null;

  @Field(() => String, { nullable: true, description: 'IANA name, e.g. Europe/Stockholm.' })
  timeZone?: string | null;
}
