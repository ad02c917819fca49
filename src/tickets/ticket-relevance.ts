import { type RawBuilder, sql } from 'kysely';
import { BadInputError } from '../common/errors.js';
import { type ConnectionArgs, OrderDirection } from '../graphql/connection.js';
import { type TermGroups, wordQuery } from '../search/word-query.js';
import { type TicketOrder, TicketOrderField } from './ticket.inputs.js';

/** So many of the newest hits are ranked. */
export const MAX_RANKED = 1000;

/** Newest first: which hits are ranked. */
export const NEWEST = sql`t.created_at desc, t.number desc`;

/** @throws BAD_USER_INPUT for RELEVANCE in the other direction, or backwards */
export function checkRelevance(orders: readonly TicketOrder[], { last, before }: ConnectionArgs): void {
  const relevance = orders.find(({ field }) => field === TicketOrderField.RELEVANCE);
  if (relevance === undefined) return;
  if (relevance.direction !== OrderDirection.DESC) {
    throw new BadInputError('RELEVANCE goes with DESC only, the best first. Order by another field for the other way.');
  }
  if (last != null || before != null) {
    throw new BadInputError(
      'A list by RELEVANCE is read forwards only. Use first and after in place of last and before.',
    );
  }
}

/** @throws BAD_USER_INPUT: there is nothing that tickets could be more or less relevant to */
export function refuseRelevance(): never {
  throw new BadInputError('RELEVANCE needs words to find: give `search` in the filter, not inside `not`.');
}

/**
 * How well tickets under the alias match a search, an integer. The words in the title count first, then those in title
 * or description; those in comments, internal ones too, do not. A ticket that the search names by its number is best.
 */
export function relevanceOf(groups: TermGroups, numbers: readonly number[], alias: string): RawBuilder<number> {
  const number = sql.ref(`${alias}.number`);
  const most = groups.length;
  // Lexemes of comments have no positions, and PostgreSQL takes those for words of every weight: they are filtered out first.
  const held = (weights: string) =>
    groups.length === 0
      ? sql`0`
      : sql`(select ${sql.join(
          groups.map((group) => sql`(own.words @@ ${wordQuery([group])}::tsquery)::int`),
          sql` + `,
        )} from (select ts_filter(s.words, ${sql.lit(weights)}) as words offset 0) own)`;
  const words = sql`(select ${held('{a}')} * ${most + 1}::int + ${held('{a,b}')} from ticket_search s where s.ticket_number = ${number})`;
  return sql`case when ${number} = any(${[...numbers]}::int[]) then ${(most + 1) ** 2}::int else coalesce(${words}, 0) end`;
}

/** The same for several searches of one filter. */
export function sumOf(relevances: readonly RawBuilder<number>[]): RawBuilder<number> {
  return sql`(${sql.join(relevances, sql` + `)})`;
}
