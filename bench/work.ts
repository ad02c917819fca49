// What is measured, and with which variables: the same for every contender.
import { type Samples } from './database.js';

const WORK = {
  ticket: 'one ticket with its people',
  page: 'a page of 50 tickets with people, product and 3 comments each with authors',
  listed:
    'the page with what a list shows beside: comment counts, last activity and comment, address, rights, and counts by status',
  filtered: 'the same page of those with one status, priority and product',
  search: 'a page of 50 found by a word and a status, with the same fields',
  ticketInsights: 'ticketInsights: totals, by status, priority and type, workload with people',
  createTicket: 'createTicket',
  updateTicket: 'updateTicket',
  signIn: 'sign-in (argon2id)',
} as const;

export type WorkName = keyof typeof WORK;
/** One kind of work, or all of them mixed. */
export type Run = WorkName | 'mixed';
type Variables = Readonly<Record<string, unknown>>;

export const WORK_NAMES = Object.keys(WORK).filter((name): name is WorkName => name in WORK);
export const RUNS: readonly Run[] = [...WORK_NAMES, 'mixed'];

export function describeWork(name: Run): string {
  if (name !== 'mixed') return WORK[name];
  return `mixed: of each hundred ${MIX.map(([work, share]) => `${share} ${work}`).join(', ')}`;
}

export const CHANGING: ReadonlySet<string> = new Set(['createTicket', 'updateTicket', 'mixed', 'signIn']);

/** Of each hundred requests of the mixed run. 90 read; signing in is left out, as the peers have none. */
const MIX: readonly (readonly [WorkName, number])[] = [
  ['ticket', 40],
  ['page', 20],
  ['filtered', 10],
  ['search', 15],
  ['ticketInsights', 5],
  ['createTicket', 5],
  ['updateTicket', 5],
];

const PRIORITIES = ['LOW', 'MEDIUM', 'HIGH', 'EMERGENCY'];

/** Picks the n-th of the samples, in steps so large that neighbours in time are no neighbours in the table. */
function nth<Item>(n: number, items: readonly Item[]): Item | undefined {
  return items[(n * 7919) % items.length];
}

const VARIABLES: Readonly<Record<WorkName, (n: number, samples: Samples, edition: number) => Variables>> = {
  ticket: (n, { ticketIds }) => ({ id: nth(n, ticketIds) }),
  page: () => ({}),
  listed: () => ({}),
  filtered: (n, { filters }) => ({ ...nth(n, filters) }),
  search: (n, { words }) => ({ search: nth(n, words), status: 'CLOSED' }),
  ticketInsights: () => ({}),
  createTicket: (n, { productIds, viewerId }) => ({
    title: `Printer ${n} is on fire`,
    description: 'It began when I printed the quarterly report, and the smoke smells of toner. '.repeat(4).trim(),
    priority: nth(n, PRIORITIES),
    productId: nth(n, productIds),
    createdById: viewerId,
  }),
  updateTicket: (n, { ticketIds }, edition) => ({
    id: nth(n, ticketIds),
    title: `Printer ${n} is on fire again, as in report ${edition}`,
    // Slower than the ids, so that a ticket really changes each time.
    priority: PRIORITIES[Math.floor(n / ticketIds.length) % PRIORITIES.length],
  }),
  signIn: (n, { usernames, password }) => ({ login: nth(n, usernames), password }),
};

/**
 * The variables of the n-th request.
 * @param edition another one for each measurement, so that a change is really one: the last may have made the same
 */
export function variablesOf(name: WorkName, n: number, samples: Samples, edition = 0): Variables {
  return VARIABLES[name](n, samples, edition);
}

/** The works in a run's order: one kind, or the mix, spread evenly. */
export function sequence(name: Run, length: number): WorkName[] {
  if (name !== 'mixed') return Array.from({ length }, () => name);
  const hundred = MIX.flatMap(([work, share]) => Array.from({ length: share }, () => work));
  // 37 and 100 have no common factor: each place is taken once, and neighbours differ.
  return Array.from({ length }, (_, index) => hundred[(index * 37) % hundred.length] ?? 'ticket');
}
