// What an idle subscriber takes of the server's memory.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../tests/jobs/wait-for.js';
import { withDocket } from './fresh-docket.js';
import { docketAt, Subscribers } from './subscribers.js';

const SETTLE_MS = 2_000;

/** In kB, as report-memory.mjs prints it. */
interface Memory {
  readonly resident: number;
  readonly heapInUse: number;
  readonly after: number;
}

function printed(output: string): Memory[] {
  return [...output.matchAll(/^memory (\{.+\})$/gm)].map(([, json = '']) => JSON.parse(json));
}

/**
 * A line of the table: so many subscribers at a server that has served only their sign-ups. Garbage is collected before the first one
 * subscribes, and after all have; resident memory is read before the second collection.
 */
export async function measureIdle(people: number, each: number): Promise<string> {
  const words = ['--expose-gc', '--import', join(import.meta.dirname, 'report-memory.mjs')];
  return withDocket({ words }, async (docket, url) => {
    const look = async (): Promise<Memory> => {
      const known = printed(docket.output).length;
      process.kill(docket.pid, 'SIGUSR2');
      await waitFor(() => printed(docket.output).length > known);
      const [memory] = printed(docket.output).slice(known);
      if (!memory) throw new Error('The server printed no memory');
      return memory;
    };
    const server = await docketAt(url, docket.pid, people);
    const before = await look();
    const subscribers = new Subscribers();
    await subscribers.open(server, each);
    await delay(SETTLE_MS);
    const now = await look();
    subscribers.close();
    const count = people * each;
    const figures = [now.heapInUse - before.heapInUse, now.resident - before.after].map((kilobytes) =>
      (kilobytes / count).toFixed(1),
    );
    return `| ${count} | ${people} | ${figures.join(' | ')} |`;
  });
}
