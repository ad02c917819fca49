import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { buildSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { createSchema } from '../../src/app/schema.js';

const emitted = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

/** Everything in a schema that a description can stand at, by its path. */
function* described(schema = createSchema()): Generator<[path: string, description: string | null | undefined]> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    yield [type.name, type.description];
    if (isEnumType(type))
      for (const { name, description } of type.getValues()) yield [`${type.name}.${name}`, description];
    if (isInputObjectType(type)) {
      for (const { name, description } of Object.values(type.getFields())) yield [`${type.name}.${name}`, description];
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const { name, description, args } of Object.values(type.getFields())) {
      yield [`${type.name}.${name}`, description];
      for (const argument of args) yield [`${type.name}.${name}(${argument.name}:)`, argument.description];
    }
  }
}

test('every type, field, argument, input field and enum value is described', () => {
  const silent = [...described()].filter(([, description]) => (description ?? '').trim() === '').map(([path]) => path);
  expect(silent).toEqual([]);
  const unfinished = [...described()]
    .filter(([, description]) => !/[.:)]$/.test(description ?? ''))
    .map(([path]) => path);
  expect(unfinished.filter((path) => !/^(ID|String|Int|Float|Boolean)$/.test(path))).toEqual([]);
});

test('the emitted schema says the same', () => {
  const texts = new Map(described());
  for (const [path, description] of described(emitted)) expect([path, description]).toEqual([path, texts.get(path)]);
});

test('enum values stand in their own order, in the emitted schema and in the one that is served', () => {
  for (const schema of [emitted, createSchema()]) {
    const orderOf = (name: string) => {
      const type = schema.getType(name);
      return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
    };
    expect(orderOf('TicketPriority')).toEqual(['LOW', 'MEDIUM', 'HIGH', 'EMERGENCY']);
    expect(orderOf('TicketStatus')).toEqual(['OPEN', 'SELECTED_FOR_DEV', 'IN_PROGRESS', 'ON_HOLD', 'DONE', 'CLOSED']);
    expect(orderOf('NotificationStatus')).toEqual(['SCHEDULED', 'SENT', 'CANCELLED', 'FAILED']);
    expect(orderOf('OrderDirection')).toEqual(['ASC', 'DESC']);
  }
});
