// Who is measured, and how each server is started.
import { join, resolve } from 'node:path';
import {
  DOCKET_DOCUMENTS,
  type Documents,
  FLOOR_DOCUMENTS,
  PLAIN_DOCUMENTS,
  POSTGRAPHILE_DOCUMENTS,
} from './documents.js';

export interface Contender {
  readonly name: string;
  /** The script that node runs. */
  readonly script: string;
  /** What it does beside answering, for the tables. */
  readonly note: string;
  /** Whether it is Docket: signed in by a token, and able to do all work. */
  readonly ours: boolean;
  /** What it cannot do is left out. */
  readonly documents: Documents;
  /** The database that it works on, if it is not the one for all like it: of an earlier build with other tables. */
  readonly database?: string | undefined;
}

/** Docket, as built in a folder: `dist`, or an earlier build to compare with. */
export function docket(root: string, dist: string, name = 'Docket', database?: string): Contender {
  return {
    name,
    script: resolve(root, dist, 'main.js'),
    note: 'signed in by a Bearer token; access rules; writes record the history',
    ours: true,
    documents: DOCKET_DOCUMENTS,
    database,
  };
}

/** Why a dash stands in a table. */
export const NO_SIGN_IN = 'The peers have no accounts, and so no sign-in.';

/** The peers, built into bench/dist. */
export function peers(root: string): Contender[] {
  const script = (name: string) => join(root, 'bench/dist/peers', `${name}.js`);
  return [
    {
      name: 'floor',
      script: script('floor'),
      note: 'node:http and one SQL statement; no GraphQL, no authentication, no checks, no history',
      ours: false,
      documents: FLOOR_DOCUMENTS,
    },
    {
      name: 'PostGraphile',
      script: script('postgraphile'),
      note: 'generated from the tables; search is a condition, insights a function; no authentication, no rules, no history',
      ours: false,
      documents: POSTGRAPHILE_DOCUMENTS,
    },
    {
      name: 'Yoga',
      script: script('yoga'),
      note: 'SQL by hand and DataLoaders; no authentication, no rules, no history',
      ours: false,
      documents: PLAIN_DOCUMENTS,
    },
    {
      name: 'usual way',
      script: script('usual'),
      note: 'Apollo standalone, TypeGraphQL, MikroORM entities, DataLoaders; no authentication, no rules, no history',
      ours: false,
      documents: PLAIN_DOCUMENTS,
    },
  ];
}
