import { type EntityManager, type MikroORM } from '@mikro-orm/postgresql';
import { sql } from 'kysely';

const SEQUENCE = 'ticket_number_seq';

/** Numbers that an import took from the sequence, in rising order. */
export type TicketNumbers = readonly number[];

/** Takes numbers for all tickets at once: most probably they follow each other without a gap. */
export async function reserveNumbers(em: EntityManager, count: number): Promise<TicketNumbers> {
  const { rows } = await sql<{ number: number }>`
    select nextval(${SEQUENCE}::regclass)::integer as number from generate_series(1, ${count}::integer)`.execute(
    em.getKysely(),
  );
  return rows.map(({ number }) => number);
}

/**
 * Gives the numbers of a failed import back, so that the next ticket has the next number: no rollback does that. Only when
 * nobody has taken a number since: the sequence is locked while that is looked at.
 */
export async function returnNumbers(orm: MikroORM, numbers: TicketNumbers): Promise<void> {
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (first === undefined || last === undefined || last - first !== numbers.length - 1) return;
  await orm.em.fork().transactional(async (em) => {
    const db = em.getKysely();
    // Changes nothing; takes the lock that keeps others from taking numbers until the transaction ends.
    await sql`alter sequence ${sql.id(SEQUENCE)} no cycle`.execute(db);
    const { rows } = await sql<{ last: string }>`select last_value as last from ${sql.id(SEQUENCE)}`.execute(db);
    if (Number(rows[0]?.last) === last) {
      await sql`select setval(${SEQUENCE}::regclass, ${first}::bigint, false)`.execute(db);
    }
  });
}
