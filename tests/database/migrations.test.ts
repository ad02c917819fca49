import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrations } from '../../src/database/migrations/index.js';
import { rehearseMigrations } from '../../scripts/rehearse-migrations.js';
import { databaseUrl, onServer } from '../support/test-database.js';

const postgres = process.env['TEST_DATABASE_URL'] ?? '';
const name = `docket_rehearsal_${randomUUID().replaceAll('-', '')}`;
beforeAll(async () => onServer(postgres, `create database ${name} template template0`));
afterAll(async () => onServer(postgres, `drop database ${name} with (force)`));

describe('on data', () => {
  test('every migration goes down and up again, loses nothing that must be kept, and ends at the same schema', async () => {
    const sizes = { tickets: 300, comments: 900, users: 50 };
    const steps = await rehearseMigrations(databaseUrl(postgres, name), sizes);
    const all = migrations.map((migration) => migration.name).slice(1);
    expect(steps).toEqual([...all.toReversed().map((each) => `down ${each}`), ...all.map((each) => `up ${each}`)]);
  }, 60_000);
});
