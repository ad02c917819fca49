import { Field, Int, ObjectType } from 'type-graphql';
import { connectionTypes } from '../graphql/connection-types.js';
import { Notification } from './notification.entity.js';

export const { Connection: NotificationConnection } = connectionTypes('Notification', () => Notification);

@ObjectType({ description: 'Which mails a person gets, and when.' })
export class NotificationSettings {
  @Field(() => Boolean, { description: 'A ticket was assigned to you. Default true.' })
  assignmentEmails!: boolean;

  @Field(() => Boolean, { description: 'Somebody else changed a ticket that concerns you. Default true.' })
  updateEmails!: boolean;

  @Field(() => Boolean, { description: 'Somebody else commented on a ticket that concerns you. Default true.' })
  replyEmails!: boolean;

  @Field(() => Boolean, { description: 'Somebody named you, as @username, in a text that you may read. Default true.' })
  mentionEmails!: boolean;

  @Field(() => Boolean, {
    description: 'A new ticket that nobody is assigned to, if you own its product or may assign tickets. Default true.',
  })
  queueEmails!: boolean;

  @Field(() => Boolean, {
    description: 'A summary of your active tickets, and of those closed since the last one. Default true.',
  })
  digestEmails!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: "0 to 23, local to timeZone. Null, as at first: the server's own interval.",
  })
  digestHour!: number | null;

  @Field(() => String, { description: 'IANA name, e.g. Europe/Stockholm. Default UTC.' })
  timeZone!: string;
}
