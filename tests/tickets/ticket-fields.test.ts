import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { EXPORTED_FIELDS, exportedTickets } from '../../src/import-export/exported-ticket.js';
import { plainValue } from '../../src/import-export/plain-fields.js';
import { IMPORT_FIELDS } from '../../src/import-export/preset.js';
import { Ticket } from '../../src/tickets/ticket.entity.js';
import { sqlName, TICKET_FIELDS, type TicketField } from '../../src/tickets/ticket.fields.js';
import { select } from '../support/database-state.js';
import { buildPerson, buildProduct, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';

/** Filters that are not about the values of one field. */
const OTHER_FILTERS = [
  'search',
  'active',
  'unassigned',
  'withoutProduct',
  'assignedToMe',
  'createdByMe',
  'watchedByMe',
  'duplicate',
  'deleted',
  'and',
  'or',
  'not',
];
/** Columns that the schema shows through other fields, by what the viewer may read. */
const NOT_SHOWN = new Set(['internalCommentCount', 'lastCommentAt', 'lastInternalCommentAt', 'lastInternalActivityAt']);
/** Read by an import, and no field of a ticket. */
const OTHER_IMPORTS = ['resolution', 'labels', 'mentions', 'notified', 'watching', 'comments'];

let server: TestServer;
let creator: Person;
beforeAll(async () => {
  server = await startTestServer();
  creator = await buildPerson(server);
});
afterAll(async () => server.stop());

interface Type {
  readonly kind: string;
  readonly name: string | null;
  readonly ofType: Type | null;
}

/** The names in a type of the schema, each with its type. */
async function typeNamed(name: string): Promise<ReadonlyMap<string, Type>> {
  const type = 'type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }';
  const { __type } = await creator.client.query(
    `query ($name: String!) { __type(name: $name) {
      fields { name ${type} } inputFields { name ${type} } enumValues { name } } }`,
    { name },
  );
  const members: { name: string; type: Type }[] = __type.fields ?? __type.inputFields ?? __type.enumValues;
  return new Map(members.map((member) => [member.name, member.type]));
}

function sorted(names: Iterable<string>): string[] {
  return [...names].toSorted();
}

function without(names: Iterable<string>, others: readonly string[]): string[] {
  return sorted([...names].filter((name) => !others.includes(name)));
}

const inputs = TICKET_FIELDS.flatMap(({ input }) => input ?? []);

const names = (which: (field: TicketField) => boolean) =>
  sorted(TICKET_FIELDS.filter(which).map((field) => field.property));

const same = (value: unknown) => ({ input: value, stored: value });

/** Another value than a new ticket has. */
async function newValue(field: TicketField): Promise<{ input: unknown; stored: unknown }> {
  if (field.kind === 'text') return same(`New ${field.property}`);
  if (field.kind === 'json') return same({ new: field.property });
  if (field.kind === 'instant') return same('2027-01-02T03:04:05.678Z');
  if (field.kind === 'enum') return same(field.values.find((value) => value !== field.initial));
  if (field.kind === 'reference' && field.to === 'product') {
    const { id } = await buildProduct(server);
    return same(id);
  }
  if (field.kind === 'reference' && field.to === 'user') {
    const { id } = await buildPerson(server);
    return { input: { id }, stored: id };
  }
  throw new Error(`No value for ${field.property}`);
}

const changeTicket = async (input: object) => {
  const { updateTicket } = await creator.client.query(
    'mutation ($input: UpdateTicketInput!) { updateTicket(input: $input) { userErrors { code field } } }',
    { input },
  );
  return updateTicket.userErrors;
};
const create = async (input: object): Promise<string> => {
  const { createTicket } = await creator.client.query(
    'mutation ($input: CreateTicketInput!) { createTicket(input: $input) { ticket { id } userErrors { code field } } }',
    { input },
  );
  expect(createTicket.userErrors).toEqual([]);
  return createTicket.ticket.id;
};
const stored = async (id: string, column: string) =>
  (
    await select(
      server,
      sql<{ value: unknown }>`select to_json(${sql.ref(column)}) as value from ticket where id = ${id}`,
    )
  )[0]?.value;

test('the table has each column of the entity, as the database has it', async () => {
  const { tableName } = server.app.orm.getMetadata().get(Ticket);
  const columns = await select(
    server,
    sql`select column_name as name, is_nullable = 'YES' as nullable, udt_name as type
      from information_schema.columns where table_name = ${tableName} order by column_name`,
  );
  const types = { text: 'text', json: 'jsonb', instant: 'timestamptz', integer: 'int4', id: 'uuid', reference: 'uuid' };
  expect(
    TICKET_FIELDS.map((field) => ({
      name: sqlName(field.column),
      nullable: field.nullable,
      type: field.kind === 'enum' ? field.type : types[field.kind],
    })).toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  ).toEqual(columns);
});

test('a text has the length that the database checks, and an enum its values', async () => {
  const checks = await select(
    server,
    sql<{
      text: string;
    }>`select pg_get_constraintdef(oid) as text from pg_constraint where conrelid = 'ticket'::regclass and contype = 'c'`,
  );
  const text = checks.map((check) => check.text).join('\n');
  for (const field of TICKET_FIELDS) {
    if (field.kind === 'text') expect(text).toContain(`char_length(${sqlName(field.column)}) <= ${field.maxLength}`);
    if (field.kind !== 'enum') continue;
    const [{ values } = { values: [] }] = await select(
      server,
      sql<{ values: string[] }>`select enum_range(null::${sql.raw(field.type)})::text[] as values`,
    );
    expect(field.values).toEqual(values);
  }
});

test('the schema has the same fields in Ticket, its inputs, filter and order', async () => {
  const ticket = await typeNamed('Ticket');
  for (const { property } of TICKET_FIELDS) {
    expect(ticket.has(property) ? 'shown' : 'not shown').toBe(NOT_SHOWN.has(property) ? 'not shown' : 'shown');
  }
  const update = await typeNamed('UpdateTicketInput');
  expect(without(update.keys(), ['id', 'expectedVersion', 'notify'])).toEqual(sorted(inputs));
  expect(without((await typeNamed('CreateTicketInput')).keys(), ['id', 'notify'])).toEqual(sorted(inputs));
  const several = await typeNamed('UpdateTicketsInput');
  for (const name of without(several.keys(), ['ids', 'notify'])) expect(inputs).toContain(name);
  const filter = await typeNamed('TicketFilter');
  expect(without(filter.keys(), OTHER_FILTERS)).toEqual(sorted(TICKET_FIELDS.flatMap((field) => field.filter ?? [])));
  for (const field of TICKET_FIELDS) {
    if (field.filter === null) continue;
    expect(field.filter).toBe(field.column);
    expect(filter.get(field.filter)).toMatchObject(
      field.kind === 'instant' ? { name: 'DateTimeRange' } : { kind: 'LIST' },
    );
  }
  const orders = (await typeNamed('TicketOrderField')).keys();
  expect(without(orders, ['RELEVANCE'])).toEqual(sorted(TICKET_FIELDS.flatMap(({ order }) => order ?? [])));
});

test('exports write, and imports read, what the table says', () => {
  expect(without(EXPORTED_FIELDS, ['mentions', 'notified', 'watching', 'comments'])).toEqual(
    names(({ exported }) => exported),
  );
  expect(without(IMPORT_FIELDS, OTHER_IMPORTS)).toEqual(names(({ imported }) => imported));
});

describe('each field that an input sets', () => {
  const editable = TICKET_FIELDS.filter(({ input }) => input !== null);

  test.each(editable.map((field) => [field.property, field] as const))(
    '%s: is stored by creating and by changing, recorded, exported, and cleared only if it may be null',
    async (_, field) => {
      const basics = { title: 'Printer', description: 'It burns.' };
      const value = await newValue(field);
      const input = { [String(field.input)]: value.input };
      const asText = (given: unknown) => (field.kind === 'instant' ? new Date(String(given)).toISOString() : given);
      expect(asText(await stored(await create({ ...basics, ...input }), sqlName(field.column)))).toEqual(value.stored);

      const id = await create(basics);
      expect(await changeTicket({ id, ...input })).toEqual([]);
      expect(asText(await stored(id, sqlName(field.column)))).toEqual(value.stored);
      const events = await select(
        server,
        sql<{
          changes: { field: string }[];
        }>`select changes from ticket_event where ticket_id = ${id} and kind = 'CHANGED'`,
      );
      const told = events.flatMap(({ changes }) => changes.map((change) => change.field));
      expect(told).toEqual(field.recorded ? [field.property] : []);

      const row = await server.app.orm.em.fork().transactional(async (em) => {
        for await (const ticket of exportedTickets(em)) if (ticket['id'] === id) return ticket;
        return undefined;
      });
      expect(row && field.property in row && row[field.property] !== null).toBe(field.exported);

      const cleared = await changeTicket({ id, [String(field.input)]: null });
      expect(cleared).toEqual(field.nullable ? [] : [{ code: 'REQUIRED', field: ['input', field.input] }]);
    },
  );
});

test('an import reads a field without rules of its own as its kind says', () => {
  const rules = { anyInstant: (text: string) => new Date(text) };
  const template = TICKET_FIELDS.find(({ property }) => property === 'title');
  if (template?.kind !== 'text') throw new Error('There is no title');
  expect(plainValue({ ...template, maxLength: 5 }, 'short', rules)).toBe('short');
  expect(() => plainValue({ ...template, maxLength: 4 }, 'short', rules)).toThrow('more than 4 characters');
  expect(plainValue({ ...template, kind: 'instant' }, '2027-01-02T03:04:05Z', rules)).toBe('2027-01-02T03:04:05.000Z');
  expect(plainValue({ ...template, kind: 'enum', type: 'ticket_type', values: ['A'] }, 'A', rules)).toBe('A');
  expect(() => plainValue({ ...template, kind: 'enum', type: 'ticket_type', values: ['A'] }, 'B', rules)).toThrow(
    '"B"',
  );
  expect(plainValue({ ...template, kind: 'integer' }, '7', rules)).toBe(7);
});
