import { sql } from 'kysely';
import { InterruptedError, type CommandContext, CommandError } from '../cli/command.js';
import { Progress } from '../cli/progress.js';
import { type DraftRules } from './draft-rules.js';
import { type DuplicateLinks, findLinks } from './duplicates.js';
import { ImportReading } from './import-reading.js';
import { type ImportResult, reportFaults } from './import-report.js';
import { isObject } from './json-value.js';
import { type TicketTransaction } from '../tickets/ticket-transaction.js';
import { People, type PeopleOptions } from './people.js';
import { Products } from './products.js';
import { type ReadyTicket } from './ready-ticket.js';
import { type SourceFile } from './source-record.js';
import { reserveNumbers, type TicketNumbers } from './ticket-numbers.js';
import { type TicketSpool } from './ticket-spool.js';
import { confirmAssignees, lockImports, writeTickets } from './write-tickets.js';

/** Of one statement, whichever is reached first: enough to be quick, and Ctrl-C is heard between two of them. */
const BATCH = { tickets: 500, bytes: 1024 * 1024 };

export interface ImportOptions {
  readonly people: PeopleOptions;
  readonly createProducts: boolean;
  readonly sendMails: boolean;
  readonly skipBadRows: boolean;
  readonly dryRun: boolean;
}

/** What a run leaves outside of its transaction: needed when it fails. */
export class ImportState {
  numbers: TicketNumbers = [];
  /** Whether only the commit was missing. */
  isWritten = false;
}

/**
 * Brings a file into the database in one transaction: all of it or nothing. Ticket numbers are taken only when nothing
 * can be refused any more.
 * @throws CommandError for faults in the file, people and products that are missing, and when it is broken off
 */
export async function runImport(
  tx: TicketTransaction,
  context: CommandContext,
  { source, rules, spool, signal }: { source: SourceFile; rules: DraftRules; spool: TicketSpool; signal: AbortSignal },
  options: ImportOptions,
  state: ImportState,
): Promise<ImportResult> {
  const { em } = tx;
  const { clock, stderr } = context;
  const check = () => {
    if (signal.aborted) throw new InterruptedError('Broken off. Nothing was imported.');
  };
  check();
  // Reading may take longer than the server's settings allow a transaction to be idle.
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(em.getKysely());
  await lockImports(em);
  const people = await People.load(em, options.people);
  const products = await Products.load(em, options.createProducts);
  const rowProgress = new Progress(stderr, 'rows read');
  const reading = new ImportReading({ em, source, rules, people, products, spool, check, progress: rowProgress });
  await reading.run();
  rowProgress.end();
  reportFaults(context, reading, options.skipBadRows);
  const result = { reading, imported: spool.count, mails: 0 };
  const links = await findLinks(em, reading.originals, (id) => reading.isNew(id));
  for (const _ of links.unlinked) reading.notices.add('a duplicate whose original is unknown, or in a circle: no link');
  if (options.dryRun || spool.count === 0) return result;

  check();
  const owner = people.defaultUser;
  if (owner) await products.create(em, owner.email, clock.now());
  state.numbers = await reserveNumbers(em, spool.count);
  const progress = new Progress(stderr, 'tickets written', spool.count);
  let done = 0;
  for await (const batch of spool.batches(BATCH)) {
    check();
    const numbered = batch.map((ticket, index) => ({
      ...withOriginal(ticket, links),
      number: numberAt(state.numbers, done + index),
    }));
    result.mails += await writeTickets(tx, numbered, { sendsMail: options.sendMails, now: clock.now().toISOString() });
    done += batch.length;
    progress.show(done);
  }
  progress.end();
  await tx.linkImported(links.links);
  await confirmAssignees(tx, reading.assignees, state.numbers);
  check();
  state.isWritten = true;
  return result;
}

/** Numbers rise with the time of creation, as the batches do. */
function numberAt(numbers: TicketNumbers, index: number): number {
  const number = numbers[index];
  if (number === undefined)
    throw new CommandError('There are fewer ticket numbers than tickets. Nothing was imported.');
  return number;
}

/** Keeps the name of an original that cannot be linked. */
function withOriginal(ticket: ReadyTicket, { unlinked }: DuplicateLinks): ReadyTicket {
  const name = unlinked.get(ticket.id);
  if (name === undefined) return ticket;
  const before = ticket.details?.['import'] ?? {};
  const kept = isObject(before) ? before : { earlier: before };
  return { ...ticket, details: { ...ticket.details, import: { ...kept, duplicateOf: name } } };
}
