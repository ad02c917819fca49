import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  mergedChanges,
  mailedChanges,
  mailedComment,
  mailedCommentIds,
  type MailedChange,
} from '../../src/notifications/mailed-changes.js';
import { type FieldChange } from '../../src/tickets/ticket-event.entity.js';

const RECIPIENT = 'recipient';
const byField = (a: FieldChange, b: FieldChange) => a.field.localeCompare(b.field);
const status = (from: string, to: string, by = 'other'): MailedChange => ({ field: 'status', from, to, by });

describe('merging changes', () => {
  test('keeps the first value and the last one', () => {
    expect(mergedChanges([status('OPEN', 'ON_HOLD'), status('ON_HOLD', 'DONE')], RECIPIENT)).toEqual([
      status('OPEN', 'DONE'),
    ]);
  });

  test('drops a field that is back at its first value', () => {
    expect(mergedChanges([status('OPEN', 'DONE'), status('DONE', 'OPEN')], RECIPIENT)).toEqual([]);
  });

  test('drops a field that a silent change set back, and tells no other silent change', () => {
    const priority = { field: 'priority', from: 'LOW', to: 'HIGH', by: 'other', silent: true };
    expect(mergedChanges([status('OPEN', 'DONE'), priority], RECIPIENT)).toEqual([status('OPEN', 'DONE')]);
    expect(mergedChanges([status('OPEN', 'DONE'), { ...status('DONE', 'OPEN'), silent: true }], RECIPIENT)).toEqual([]);
  });

  test('leaves comments to be read when the mail is sent', () => {
    const told = [
      mailedComment('a', 'other'),
      status('OPEN', 'DONE'),
      mailedComment('b', 'other'),
      mailedComment('a', 'other'),
    ];
    expect(mergedChanges(told, RECIPIENT)).toEqual([status('OPEN', 'DONE')]);
    expect(mailedCommentIds(told)).toEqual(['a', 'b']);
  });

  test('leaves out what the recipient changed, and tells what others changed since', () => {
    const priority: MailedChange = { field: 'priority', from: 'LOW', to: 'HIGH', by: 'other' };
    const known = [status('OPEN', 'DONE'), priority, status('DONE', 'OPEN', RECIPIENT)];
    expect(mergedChanges(known, RECIPIENT)).toEqual([priority]);
    expect(mergedChanges([...known, status('OPEN', 'CLOSED')], RECIPIENT)).toEqual([
      priority,
      status('OPEN', 'CLOSED'),
    ]);
  });

  test('keeps of a long text only what tells whether it was changed back', () => {
    const [first, second] = ['a'.repeat(9000), 'b'.repeat(9000)];
    const there = mailedChanges([{ field: 'description', from: first, to: second }], 'other');
    const back = mailedChanges([{ field: 'description', from: second, to: first }], 'other');
    expect(JSON.stringify(there).length).toBeLessThan(300);
    expect(mergedChanges(there, RECIPIENT)).toHaveLength(1);
    expect(mergedChanges([...there, ...back], RECIPIENT)).toEqual([]);
  });

  test('tells the difference between first and last state, whatever happened in between', () => {
    const state = fc.record({ status: fc.constantFrom('A', 'B', 'C'), product: fc.constantFrom(null, 'p', 'q') });
    type State = { status: string; product: string | null };
    const between = (from: State, to: State): MailedChange[] =>
      (['status', 'product'] as const)
        .filter((field) => from[field] !== to[field])
        .map((field) => ({ field, from: from[field], to: to[field] }));

    fc.assert(
      fc.property(state, fc.array(state, { minLength: 1, maxLength: 8 }), (first, states) => {
        const told: MailedChange[] = [];
        let before: State = first;
        for (const after of states) {
          told.push(...between(before, after));
          before = after;
        }
        expect(mergedChanges(told, RECIPIENT).toSorted(byField)).toEqual(between(first, before).toSorted(byField));
      }),
    );
  });
});
