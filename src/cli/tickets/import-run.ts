import { type EntityManager } from '@mikro-orm/postgresql';
import { type CommandContext } from '../command.js';
import { Progress } from '../progress.js';
import { oweAssignmentMails } from './assignment-mails.js';
import { linkDuplicates } from './duplicates.js';
import { People, type PeopleOptions } from './people.js';
import { findProducts } from './products.js';
import { type Notices, type TicketDraft } from './ticket-draft.js';
import { confirmAssignees, existingTickets, lockImports, type ReadyTicket, writeTickets } from './write-tickets.js';

/** Rows a statement: large enough to be quick, far from PostgreSQL's limit of 65,535 parameters. */
const BATCH = 500;

export interface ImportRunOptions {
  readonly people: PeopleOptions;
  readonly createProducts: boolean;
  readonly sendMails: boolean;
  readonly dryRun: boolean;
}

export interface ImportResult {
  readonly imported: number;
  readonly comments: number;
  readonly alreadyThere: number;
  readonly mails: number;
}

/**
 * Brings the drafts into the database in one transaction: all of them or none, so that breaking off leaves nothing.
 * @throws CommandError when people or products are missing
 */
export async function runImport(
  em: EntityManager,
  { clock, env, stderr }: CommandContext,
  drafts: readonly TicketDraft[],
  options: ImportRunOptions,
  notices: Notices,
): Promise<ImportResult> {
  await lockImports(em);
  const present = await existingTickets(
    em,
    drafts.map(({ id }) => id),
  );
  // Numbers rise with the time of creation; the sort keeps the file's order among equals.
  const fresh = drafts
    .filter(({ id }) => !present.has(id))
    .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());

  for (const { notes } of fresh) for (const note of notes) notices.add(note);
  const people = await People.load(em, options.people, notices);
  const draftsPeople = fresh.map((draft) => people.of(draft));
  people.assertAllKnown();
  const owner = people.defaultUser;
  const creation = options.createProducts && owner ? { ownerEmail: owner.email, now: clock.now() } : null;
  const products = await findProducts(em, fresh, creation);
  const ready = fresh.flatMap((draft, index): ReadyTicket[] => {
    const its = draftsPeople[index];
    const productId = draft.product === null ? null : (products.get(draft.product.toLowerCase()) ?? null);
    return its ? [{ draft, people: its, productId }] : [];
  });

  const result = {
    imported: fresh.length,
    comments: fresh.reduce((sum, { comments }) => sum + comments.length, 0),
    alreadyThere: drafts.length - fresh.length,
    mails: 0,
  };
  if (options.dryRun) return result;
  await em.flush();
  const progress = new Progress(stderr, 'tickets written', ready.length);
  for (let begin = 0; begin < ready.length; begin += BATCH) {
    const batch = ready.slice(begin, begin + BATCH);
    await writeTickets(em, batch);
    if (options.sendMails) result.mails += await oweAssignmentMails(em, clock, env.ticketMailDelayMs, batch);
    em.clear();
    progress.show(begin + batch.length);
  }
  progress.end();
  await linkDuplicates(em, fresh, notices);
  await confirmAssignees(em, ready);
  return result;
}
