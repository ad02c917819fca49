import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Client } from 'pg';
import { summaryOf, withoutValues } from '../../src/database/statement-text.js';

const quote = (text: string) => Client.prototype.escapeLiteral(`canary${text}canary`);

describe('a statement without its values', () => {
  test.each([
    ["select * from t where a = 'x' and b = 12.5e3", 'select * from t where a = ? and b = ?'],
    ["insert into t (a, b) values ('x', 'y'), ('z', null)", 'insert into t (a, b) values (?), (?, null)'],
    ["values ('it''s', E'back\\\\slash \\' quote', 'end\\')", 'values (?)'],
    ['select "a\'b" from "t""x" where c = \'d\'', 'select "a\'b" from "t""x" where c = ?'],
    ["select $$a ' b$$, $tag$c $$ d$tag$ from t2 where x = $1", 'select ?, ? from t2 where x = $1'],
    ['select a from t where id in ($1, $2, $3)', 'select a from t where id in (?)'],
    ["select 'cut off in the mid", 'select ?'],
  ])('%s', (text, expected) => {
    expect(withoutValues(text)).toBe(expected);
  });

  test('holds none of a string, whatever it is, as drivers quote it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ maxLength: 30 }), (one, other) => {
        const statement = `update "t" set a = ${quote(one)}, b = ${quote(other)} where c = 1`;
        expect(withoutValues(statement)).toBe('update "t" set a = ?, b = ? where c = ?');
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test.each([
    ['select "t"."id" from "ticket" as "t" where 1 = 1', 'select ticket'],
    ['insert into "notification" (a) values (1)', 'insert notification'],
    ['update "user" set a = 1', 'update user'],
    ['delete from only "session" where a', 'delete session'],
    ['with x as (select 1 from a) select * from b', 'select a'],
    [
      'with x as (select 1 from a), y as (insert into "ticket" (a) select 1), z as (insert into b select 1) select 1',
      'insert ticket',
    ],
    ['with x as (update ticket t set a = 1 returning 1) select * from x for update of n', 'update ticket'],
    ['begin', 'begin'],
    ['start transaction', 'start'],
    ['vacuum', 'statement'],
  ])('has a summary: %s', (text, summary) => {
    expect(summaryOf(text)).toBe(summary);
  });
});
