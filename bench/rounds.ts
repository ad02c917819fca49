// Everybody in turn, round after round: what slows the machine down for a while slows down all of them.
import { type Bench, type Extent } from './bench.js';
import { type Shot } from './load.js';
import { load } from './machine.js';
import { type Measurement } from './report.js';
import { type ServerProcess } from './server-process.js';

/** Long enough, also on a busy machine, for V8 to have compiled what is hot. */
const WARM_UP = { durationMs: 2000, leastRequests: 200 };

/** What is measured: a server on a database of its own or of everybody's. */
export interface Lane {
  readonly name: string;
  readonly bench: Bench;
  readonly server: ServerProcess;
}

/** What is asked of every lane. */
export interface Task<Name extends string> {
  readonly name: Name;
  /** Whether it writes. */
  readonly changes: boolean;
  /** Null where the lane's server cannot do it. */
  shots(lane: Lane): readonly Shot[] | null;
}

/** By task and by the lane's name, one measurement a round; a lane that cannot do a task is left out there. */
export type Measured<Name extends string> = ReadonlyMap<Name, ReadonlyMap<string, readonly Measurement[]>>;

/** The order turns each round, so that nobody always follows the same neighbour. */
export function turned<Item>(items: readonly Item[], by: number): Item[] {
  const place = by % items.length;
  return [...items.slice(place), ...items.slice(0, place)];
}

export function collect<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

/** Warms everybody up for everything, then measures one after the other. */
export async function measureRounds<Name extends string>(
  lanes: readonly Lane[],
  tasks: readonly Task<Name>[],
  rounds: number,
  extent: Extent,
): Promise<Measured<Name>> {
  const measure = async ({ bench, server }: Lane, task: Task<Name>, shots: readonly Shot[], how: Extent) =>
    bench.measure(server, shots, task.changes, how);
  const measured = new Map<Name, Map<string, Measurement[]>>();
  for (const task of tasks) {
    const ofTask = new Map<string, Measurement[]>();
    measured.set(task.name, ofTask);
    for (const lane of lanes) {
      const shots = task.shots(lane);
      if (!shots) continue;
      ofTask.set(lane.name, []);
      await measure(lane, task, shots, { ...extent, ...WARM_UP });
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const task of tasks) {
      for (const lane of turned(lanes, round)) {
        const shots = task.shots(lane);
        const ofTask = measured.get(task.name);
        if (shots && ofTask) collect(ofTask, lane.name, await measure(lane, task, shots, extent));
      }
    }
    process.stderr.write(`round ${round + 1} of ${rounds} done, load ${load()}\n`);
  }
  return measured;
}
