// Whether all servers return the same data: otherwise they do not do the same work.
import { isDeepStrictEqual } from 'node:util';
import { type Bench } from './bench.js';
import { type ServerProcess } from './server-process.js';
import { type WorkName } from './work.js';

/** Answers compared for each work; more do not find more, as every shot asks for the same fields. */
const COMPARED = 20;

/** Where two answers differ first, and what stands there. */
function difference(one: unknown, other: unknown, path = 'data'): [string, unknown, unknown] {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return [path, one, other];
  const theirs = new Map<string, unknown>(Object.entries(other));
  for (const [key, value] of Object.entries(one)) {
    if (!isDeepStrictEqual(value, theirs.get(key))) return difference(value, theirs.get(key), `${path}.${key}`);
    theirs.delete(key);
  }
  const [more] = theirs;
  return more ? [`${path}.${more[0]}`, undefined, more[1]] : [path, one, other];
}

function excerpt(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 500);
}

function holdsNothing(answer: unknown): boolean {
  return JSON.stringify(answer).length < '{"ticket":{"id":""}}'.length;
}

/**
 * Asks every server that can do it for each work.
 * @returns how many answers were compared
 * @throws Error showing the first two answers that differ, or naming a work whose requests find nothing: nobody's
 * emptiness would differ from anybody's
 */
export async function compare(
  bench: Bench,
  servers: readonly ServerProcess[],
  works: readonly WorkName[],
): Promise<number> {
  let compared = 0;
  for (const work of works) {
    const able = servers.filter(({ contender }) => contender.documents[work] !== undefined);
    let found = 0;
    for (let n = 0; n < COMPARED; n += 1) {
      const answers: unknown[] = [];
      for (const server of able) answers.push(await bench.answer(server, work, n));
      const [first] = answers;
      const differing = answers.findIndex((answer) => !isDeepStrictEqual(answer, first));
      if (differing !== -1) {
        const names = [able[0], able[differing]].map((server) => server?.contender.name);
        const [where, one, other] = difference(first, answers[differing]);
        throw new Error(
          `${work}, request ${n}: ${names.join(' and ')} differ at ${where}: ${excerpt(one)} and ${excerpt(other)}`,
        );
      }
      if (!holdsNothing(first)) found += 1;
      compared += answers.length;
    }
    if (found < COMPARED / 2) throw new Error(`${work}: ${COMPARED - found} of ${COMPARED} requests found nothing`);
    await bench.restore();
  }
  return compared;
}
