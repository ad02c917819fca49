// Everybody in turn, round after round: what slows the machine down for a while slows down all of them.
import { type Bench, type Extent } from './bench.js';
import { load } from './machine.js';
import { type Measurement } from './report.js';
import { type ServerProcess } from './server-process.js';
import { type Run } from './work.js';

/** Long enough, also on a busy machine, for V8 to have compiled what is hot. */
const WARM_UP = { durationMs: 2000, leastRequests: 200 };

/** What is measured: a server on a database of its own or of everybody's. */
export interface Lane {
  readonly name: string;
  readonly bench: Bench;
  readonly server: ServerProcess;
}

/** By work and by the lane's name, one measurement a round; a lane that cannot do a work is left out there. */
export type Measured = ReadonlyMap<Run, ReadonlyMap<string, readonly Measurement[]>>;

/** The order turns each round, so that nobody always follows the same neighbour. */
export function turned<Item>(items: readonly Item[], by: number): Item[] {
  const place = by % items.length;
  return [...items.slice(place), ...items.slice(0, place)];
}

export function collect<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

function can({ server }: Lane, work: Run): boolean {
  return work === 'mixed' || server.contender.documents[work] !== undefined;
}

/** Warms everybody up for everything, then measures one after the other. */
export async function measureRounds(
  lanes: readonly Lane[],
  works: readonly Run[],
  rounds: number,
  extent: Extent,
): Promise<Measured> {
  const measured = new Map<Run, Map<string, Measurement[]>>();
  for (const work of works) {
    const able = lanes.filter((lane) => can(lane, work));
    measured.set(work, new Map(able.map(({ name }) => [name, []])));
    for (const { bench, server } of able) await bench.measure(server, work, { ...extent, ...WARM_UP });
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [work, ofWork] of measured) {
      for (const lane of turned(lanes, round)) {
        if (can(lane, work)) collect(ofWork, lane.name, await lane.bench.measure(lane.server, work, extent));
      }
    }
    process.stderr.write(`round ${round + 1} of ${rounds} done, load ${load()}\n`);
  }
  return measured;
}
