import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

const service = z.object({
  build: z.string().optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  deploy: z.object({ replicas: z.number() }).default({ replicas: 1 }),
});
const composeFile = z.object({ services: z.record(z.string(), service) });

/** What Docker would start from one service. */
export interface Container {
  /** Its service, and its number when there are several. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The named volumes by the folder where they are mounted. */
  readonly volumes: ReadonlyMap<string, string>;
}

const read = async (file: string) => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');

/** The forms `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. */
function interpolated(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name: string, kind?: string, other?: string) => {
    const value = variables[name] ?? '';
    if (value !== '') return value;
    if (kind === '?') throw new Error(`docker-compose.yml asks for ${name}: ${other}`);
    return other ?? '';
  });
}

/**
 * The containers of docker-compose.yml that are made from the Dockerfile, and the environment of the other services.
 * @param variables what would stand in .env
 */
export async function readComposeFile(variables: Readonly<Record<string, string>>) {
  const document: unknown = parse(await read('docker-compose.yml'), { merge: true });
  const { services } = composeFile.parse(document);
  const environmentOf = (name: string) =>
    Object.fromEntries(
      Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [key, interpolated(value, variables)]),
    );
  const containers: Container[] = Object.entries(services)
    .filter(([, { build }]) => build !== undefined)
    .flatMap(([name, { deploy, volumes }]) =>
      Array.from({ length: deploy.replicas }, (_, index) => ({
        name: deploy.replicas > 1 ? `${name}-${index + 1}` : name,
        environment: environmentOf(name),
        volumes: new Map(volumes.map((volume) => [volume.split(':')[1] ?? '', volume.split(':')[0] ?? ''])),
      })),
    );
  return { containers, environmentOf };
}

/** What the Dockerfile's last stage sets, and the words with which it starts Node. */
export async function readDockerfile() {
  const last = (await read('Dockerfile')).split(/^FROM /m).at(-1) ?? '';
  const [, variables = ''] = /^ENV (.*)$/m.exec(last) ?? [];
  const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(last) ?? [];
  const words = z
    .tuple([z.literal('node')], z.string())
    .parse(JSON.parse(command))
    .slice(1);
  if (words.pop() !== 'dist/main.js') throw new Error(`The Dockerfile starts something else: ${command}`);
  return {
    environment: Object.fromEntries(
      [...variables.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
    ),
    words,
  };
}
