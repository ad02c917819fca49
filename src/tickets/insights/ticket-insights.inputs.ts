import { Field, ID, InputType } from 'type-graphql';
import { DateTimeRange } from '../ticket.inputs.js';
import { DEFAULT_RANGE_DAYS, MAX_RANGE_DAYS } from './insights-range.js';

@InputType({ description: 'What is counted. Left out: all tickets, and the thirty days before now.' })
export class TicketInsightsInput {
  @Field(() => [ID], { nullable: true, description: 'Only tickets of these products. Left out: all tickets.' })
  productId?: string[] | null;

  @Field(() => DateTimeRange, {
    nullable: true,
    description:
      'What created, closed, closedInRange and medianSecondsToClose are about; all else is as of now. Default: the ' +
      `thirty days before now. At most ${MAX_RANGE_DAYS} days. Without its end it ends now, without its start it ` +
      `starts ${DEFAULT_RANGE_DAYS} days before its end.`,
  })
  range?: DateTimeRange | null;

  @Field(() => String, {
    nullable: true,
    description: 'Where the days of created and closed begin: an IANA name, such as Europe/Stockholm. Default: UTC.',
  })
  timeZone?: string | null;
}
