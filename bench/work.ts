// What is measured, and with which variables: the same for every contender.
import { type Samples } from './database.js';

const WORK = {
  ticket: 'one ticket with its people',
  page: 'a page of 50 tickets with people, product and 3 comments each with authors',
  filtered: 'the same page of those with one status, priority and product',
  ticketInsights: 'ticketInsights',
  createTicket: 'createTicket',
  updateTicket: 'updateTicket',
  signIn: 'sign-in (argon2id)',
} as const;

export type WorkName = keyof typeof WORK;
type Variables = Readonly<Record<string, unknown>>;

export const WORK_NAMES = Object.keys(WORK).filter((name): name is WorkName => name in WORK);

export function describeWork(name: WorkName | 'mixed'): string {
  return name === 'mixed' ? 'mixed: 90 % reads (50 ticket, 20 page, 20 filtered), 10 % writes' : WORK[name];
}

export const CHANGING: ReadonlySet<string> = new Set(['createTicket', 'updateTicket', 'mixed', 'signIn']);

/** Of each hundred requests of the mixed run. */
const MIX: readonly (readonly [WorkName, number])[] = [
  ['ticket', 50],
  ['page', 20],
  ['filtered', 20],
  ['createTicket', 5],
  ['updateTicket', 5],
];

const PRIORITIES = ['LOW', 'MEDIUM', 'HIGH', 'EMERGENCY'];

/** Picks the n-th of the samples, in steps so large that neighbours in time are no neighbours in the table. */
function nth<Item>(n: number, items: readonly Item[]): Item | undefined {
  return items[(n * 7919) % items.length];
}

const VARIABLES: Readonly<Record<WorkName, (n: number, samples: Samples) => Variables>> = {
  ticket: (n, { ticketIds }) => ({ id: nth(n, ticketIds) }),
  page: () => ({}),
  filtered: (n, { filters }) => ({ ...nth(n, filters) }),
  ticketInsights: () => ({}),
  createTicket: (n, { productIds, viewerId }) => ({
    title: `Printer ${n} is on fire`,
    description: 'It began when I printed the quarterly report, and the smoke smells of toner. '.repeat(4).trim(),
    priority: nth(n, PRIORITIES),
    productId: nth(n, productIds),
    createdById: viewerId,
  }),
  updateTicket: (n, { ticketIds }) => ({
    id: nth(n, ticketIds),
    title: `Printer ${n} is on fire again`,
    // Slower than the ids, so that a ticket really changes each time.
    priority: PRIORITIES[Math.floor(n / ticketIds.length) % PRIORITIES.length],
  }),
  signIn: (n, { usernames, password }) => ({ login: nth(n, usernames), password }),
};

/** The variables of the n-th request. */
export function variablesOf(name: WorkName, n: number, samples: Samples): Variables {
  return VARIABLES[name](n, samples);
}

/** The works in a run's order: one kind, or the mix, spread evenly. */
export function sequence(name: WorkName | 'mixed', length: number): WorkName[] {
  if (name !== 'mixed') return Array.from({ length }, () => name);
  const hundred = MIX.flatMap(([work, share]) => Array.from({ length: share }, () => work));
  // 37 and 100 have no common factor: each place is taken once, and neighbours differ.
  return Array.from({ length }, (_, index) => hundred[(index * 37) % hundred.length] ?? 'ticket');
}
