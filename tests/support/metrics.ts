import { type TestServer } from './server.js';

/** The samples of one metric, by their labels as /metrics writes them. */
export async function metricsOf({ url }: TestServer, name: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const samples = text
    .split('\n')
    .map((line) => /^(\w+)(\{.*\})? (\S+)$/.exec(line))
    .filter((match) => match?.[1] === name);
  return new Map(samples.map((match) => [match?.[2] ?? '', Number(match?.[3])]));
}
