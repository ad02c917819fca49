import { expect, test } from '@jest/globals';
import { mentionCandidates } from '../../src/tickets/mentions/mention-candidates.js';

test.each([
  ['Thanks @tomas!', [['tomas']]],
  ['(@Tomas), @mei: look', [['tomas'], ['mei']]],
  ['Ask @tomas.berg.', [['tomas.berg.', 'tomas.berg', 'tomas']]],
  ['@tomasさん', [['tomas']]],
  ["@tomas's printer", [['tomas']]],
  ['@ab is too short, @ names nobody, @@ neither', []],
  ['mail tomas@mei.example or me.too+x@mei', []],
  ['https://social.example/@tomas and a/@tomas', []],
  ['`@tomas` and ``a ` @tomas`` are code, @mei is not', [['mei']]],
  ['```\n@tomas\n```\n@mei\n~~~\n@tomas', [['mei']]],
  ['größe@tomas and a_@tomas', []],
  ['@tomasé, @tomas\u0301 and @tomasД are other words', []],
  ['@tomas@social.example is an address', []],
])('%s', (text, places) => {
  expect(mentionCandidates(text)).toEqual(places);
});

test('takes time in proportion to the text', () => {
  const started = performance.now();
  for (const text of [
    '`'.repeat(10_000),
    '@'.repeat(10_000),
    '```a'.repeat(2500),
    '@a.'.repeat(3000),
    'x:'.repeat(5000),
    'x.'.repeat(50_000),
  ]) {
    mentionCandidates(text);
  }
  expect(performance.now() - started).toBeLessThan(1000);
});
