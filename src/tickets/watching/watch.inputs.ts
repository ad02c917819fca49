import { Field, ID, InputType } from 'type-graphql';
import { WatchState } from './watch-state.js';

@InputType({ description: 'Which mails about a ticket the viewer wants.' })
export class SetTicketWatchStateInput {
  @Field(() => ID, { description: 'A ticket that the viewer may see.' })
  ticketId!: string;

  @Field(() => WatchState, { description: 'DEFAULT ends watching and ignoring. IGNORED cancels the mails that wait.' })
  state!: WatchState;
}
