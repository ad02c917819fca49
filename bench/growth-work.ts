// What is measured on databases of every size.
import { RARE_WORD } from './database.sql.js';
import { DOCKET_DOCUMENTS } from './documents.js';
import { type Shot } from './load.js';
import { type Lane, type Task } from './rounds.js';
import { type WorkName } from './work.js';

/** In one of eleven tickets, whatever the size: the rarest of the seed's words that are no compounds. */
const COMMON_WORD = 'broker';

export const GROWTH_WORK = {
  ticket: 'one ticket with its people',
  page: 'a page of 50',
  counted: 'the page with totalCount',
  deep: 'a page after 90 % of the list',
  filtered: 'a page of one status and priority',
  rare: 'search: a word in 100 tickets',
  common: 'search: a word in 1 of 11 tickets',
  createTicket: 'createTicket',
  updateTicket: 'updateTicket',
} as const;
export type GrowthWork = keyof typeof GROWTH_WORK;

const CURSOR = `query ($to: DateTime!) { tickets(first: 1, filter: { createdAt: { to: $to } }) { edges { cursor } } }`;

/** Cursors that have nine tenths of the list before them: a cursor is a place in the order, whatever the filter. */
export async function deepCursors({ bench, server }: Lane): Promise<string[]> {
  const cursors: string[] = [];
  for (const to of bench.samples.deepPlaces) {
    const [, cursor] = JSON.stringify(await bench.ask(server, CURSOR, { to })).match(/"cursor":"([^"]+)"/) ?? [];
    if (cursor === undefined) throw new Error(`There is no ticket before ${to}`);
    cursors.push(cursor);
  }
  return cursors;
}

/** One request of each person for each set of variables. */
function requests(
  { bench, server }: Lane,
  query: string,
  each: readonly Readonly<Record<string, unknown>>[] = [{}],
): Shot[] {
  return bench.people.flatMap((person) =>
    each.map((variables) => bench.shot(server.contender, query, variables, person)),
  );
}

/** What the peers are asked for, too. */
function asPeers(name: GrowthWork & WorkName, changes = false): Task<GrowthWork> {
  return { name, changes, shots: ({ bench, server }) => bench.shots(server.contender, name) };
}

/** The page of fifty, changed. */
function pageWith(name: GrowthWork, what: string, instead: string): Task<GrowthWork> {
  const query = (DOCKET_DOCUMENTS.page ?? '').replace(what, instead);
  return { name, changes: false, shots: (lane) => requests(lane, query) };
}

function filteredBy(name: GrowthWork, filter: string): Task<GrowthWork> {
  return pageWith(name, 'first: 50', `first: 50, filter: { ${filter} }`);
}

/** @param cursors of each lane, where its deep pages begin */
export function growthTasks(cursors: ReadonlyMap<Lane, readonly string[]>): Task<GrowthWork>[] {
  const deep = (DOCKET_DOCUMENTS.page ?? '').replace(
    '{ tickets(first: 50',
    'query ($after: String!) { tickets(first: 50, after: $after',
  );
  return [
    asPeers('ticket'),
    asPeers('page'),
    pageWith('counted', '{ nodes', '{ totalCount nodes'),
    {
      name: 'deep',
      changes: false,
      shots: (lane) =>
        requests(
          lane,
          deep,
          (cursors.get(lane) ?? []).map((after) => ({ after })),
        ),
    },
    filteredBy('filtered', 'status: [CLOSED], priority: [MEDIUM]'),
    filteredBy('rare', `search: "${RARE_WORD}"`),
    filteredBy('common', `search: "${COMMON_WORD}"`),
    asPeers('createTicket', true),
    asPeers('updateTicket', true),
  ];
}
