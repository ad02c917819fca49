import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { COMMENT, mergeChanges, withoutFieldsOf, withoutSetBack } from '../../src/notifications/merge-changes.js';
import { type FieldChange } from '../../src/tickets/ticket-event.entity.js';

const written = (id: string): FieldChange => ({ field: COMMENT, from: null, to: id });
const byField = (a: FieldChange, b: FieldChange) => a.field.localeCompare(b.field);
const status = (from: string, to: string): FieldChange => ({ field: 'status', from, to });

describe('merging changes', () => {
  test('keeps the first value and the last one', () => {
    expect(mergeChanges([status('OPEN', 'ON_HOLD')], [status('ON_HOLD', 'DONE')])).toEqual([status('OPEN', 'DONE')]);
  });

  test('drops a field that is back at its first value', () => {
    expect(mergeChanges([status('OPEN', 'DONE')], [status('DONE', 'OPEN')])).toEqual([]);
  });

  test('adds comments up', () => {
    expect(mergeChanges([written('a')], [written('b')])).toEqual([written('a'), written('b')]);
  });

  test('leaves out what the recipient changed', () => {
    const priority: FieldChange = { field: 'priority', from: 'LOW', to: 'HIGH' };
    expect(withoutFieldsOf([status('OPEN', 'DONE'), priority], [status('DONE', 'OPEN')])).toEqual([priority]);
  });

  test('leaves out what a silent change set back, and nothing else', () => {
    const waiting = [status('OPEN', 'DONE'), written('a')];
    expect(withoutSetBack(waiting, [status('DONE', 'OPEN'), written('b')])).toEqual([written('a')]);
    expect(withoutSetBack(waiting, [status('DONE', 'ON_HOLD')])).toEqual(waiting);
  });

  test('tells the difference between first and last state, whatever happened in between', () => {
    const state = fc.record({ status: fc.constantFrom('A', 'B', 'C'), product: fc.constantFrom(null, 'p', 'q') });
    type State = { status: string; product: string | null };
    const between = (from: State, to: State): FieldChange[] =>
      (['status', 'product'] as const)
        .filter((field) => from[field] !== to[field])
        .map((field) => ({ field, from: from[field], to: to[field] }));

    fc.assert(
      fc.property(state, fc.array(state, { minLength: 1, maxLength: 8 }), (first, states) => {
        let told: FieldChange[] = [];
        let before: State = first;
        for (const after of states) {
          told = mergeChanges(told, between(before, after));
          before = after;
        }
        expect(told.toSorted(byField)).toEqual(between(first, before).toSorted(byField));
      }),
    );
  });
});
