import { type MikroORM } from '@mikro-orm/postgresql';
import { type PoolConfig } from 'pg';
import { connect as connectTo, ormOptions as optionsOf } from '../database/orm.js';
import { entities } from './entities.js';

/** The ORM's options for a database with Docket's tables (database/orm.ts). */
export function ormOptions(databaseUrl: string | undefined, log?: (message: string) => void, pool?: PoolConfig) {
  return optionsOf(entities, databaseUrl, log, pool);
}

/** Connects to a database with Docket's tables. @param statementTimeoutMs 0 for no limit */
export async function connect(
  databaseUrl: string,
  log?: (message: string) => void,
  statementTimeoutMs?: number,
): Promise<MikroORM> {
  return connectTo(entities, databaseUrl, log, statementTimeoutMs);
}
