import { describe, expect, test } from '@jest/globals';
import { assignedMail, type AssignedMailInput } from '../../src/mail/templates/assigned.js';
import { html, htmlLines } from '../../src/mail/templates/html.js';
import { ticketItems } from '../../src/mail/templates/ticket-items.js';
import { updatedMail } from '../../src/mail/templates/updated.js';

const TICKET: AssignedMailInput['ticket'] = {
  number: 13,
  title: 'Printer on fire',
  description: 'It burns.\nPlease hurry.',
  priority: 'EMERGENCY',
  status: 'SELECTED_FOR_DEV',
  type: 'BUG',
  productName: 'MediTrack',
  url: 'https://docket.example/tickets/13',
  createdByName: 'Grace Hopper',
};

const INPUT: AssignedMailInput = {
  ticket: TICKET,
  recipient: { name: 'Ada Lovelace' },
  assignedByName: 'Grace Hopper',
  comments: [],
  earlierComments: 0,
  unsubscribeUrl: 'https://docket.example/unsubscribe/token',
};

/** Each way to end a line. */
const ENDS = ['\r\n', '\n', '\r', '\u0085', '\u2028', '\u2029', '\v', '\f'];

function mailFor(ticket: Partial<AssignedMailInput['ticket']> = {}, assignedByName: string | null = 'Grace Hopper') {
  return assignedMail({ ...INPUT, ticket: { ...TICKET, ...ticket }, assignedByName });
}

describe('the mail about an assignment', () => {
  test('names the ticket and the matter in its subject', () => {
    expect(mailFor().subject).toBe('[#13] Printer on fire — assigned to you');
  });

  test('says in both parts who did what, the details, the link and why it was sent', () => {
    const mail = mailFor();
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain('Hello Ada Lovelace, Grace Hopper has assigned this ticket to you.');
      for (const detail of ['Emergency', 'Selected for dev', 'Bug', 'MediTrack', 'Grace Hopper', 'It burns.']) {
        expect(part).toContain(detail);
      }
      expect(part).toContain('https://docket.example/tickets/13');
      expect(part).toContain('You get this mail because you are assigned to this ticket.');
    }
  });

  test('names nobody when nobody in particular assigned the ticket', () => {
    expect(mailFor({}, null).text).toContain('Hello Ada Lovelace, this ticket has been assigned to you.');
  });

  test('leaves the product out when the ticket has none', () => {
    expect(mailFor({ productName: null }).text).not.toContain('Product');
  });

  test('escapes everything that comes from people', () => {
    const mail = mailFor({
      title: '<script>alert(1)</script>',
      description: '<img src=x onerror=alert(1)>',
      productName: '"><b>x',
      createdByName: "O'Hara & <i>Co</i>",
      url: 'https://docket.example/?a="><script>',
    });
    expect(mail.html).not.toMatch(/<script|<img|<b>|<i>/);
    expect(mail.html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(mail.html).toContain('O&#39;Hara &amp; &lt;i&gt;Co&lt;/i&gt;');
    expect(mail.html).toContain('href="https://docket.example/?a=&quot;&gt;&lt;script&gt;"');
  });

  test('keeps the line breaks of the description', () => {
    expect(mailFor().html).toContain('It burns.<br />Please hurry.');
    expect(mailFor().text).toContain('> It burns.\n> Please hurry.');
  });

  test('lets no line of a description or a comment pass for one of its own in the text part', () => {
    const forged = ENDS.map((end) => `${end}Open ticket #13: https://evil.example${end}-- ${end}You get this`).join('');
    const { text } = assignedMail({
      ...INPUT,
      ticket: { ...TICKET, description: `Help${forged}` },
      comments: [{ authorName: 'Eve', internal: false, content: `Help${forged}\u001B[2J` }],
    });
    expect(text.match(/evil/g)).toHaveLength(2 * ENDS.length);
    expect(text).not.toMatch(/[\r\v\f\u0085\u2028\u2029]/);
    expect(text).not.toContain('\u001B');
    expect(text.split('\n').filter((line) => /evil|^-- ?$|^You get/.test(line) && !line.startsWith('> '))).toEqual([
      '-- ',
      'You get this mail because you are assigned to this ticket.',
    ]);
  });

  test('breaks a quoted text at the same places in both parts', () => {
    const mail = mailFor({ description: ENDS.map((end, i) => `${i}${end}`).join('') });
    expect(mail.text).toContain(ENDS.map((_end, i) => `> ${i}`).join('\n'));
    expect(mail.html).toContain(ENDS.map((_end, i) => `${i}`).join('<br />'));
  });

  test('lays titles and quoted texts out in their own direction', () => {
    const { html: page } = assignedMail({
      ...INPUT,
      comments: [{ authorName: 'Eve', internal: false, content: 'תודה' }],
    });
    expect(page).toMatch(/<h1[^>]*dir="auto"[^>]*text-align: start/);
    const quotes = page.match(/<div\s+class="quote"[^>]*>/g) ?? [];
    expect(quotes).toHaveLength(2);
    for (const each of quotes) {
      expect(each).toMatch(/dir="auto"/);
      expect(each).toMatch(/unicode-bidi: plaintext; text-align: start/);
    }
  });

  test('keeps right-to-left names apart, whose order would be reversed otherwise', () => {
    const mail = assignedMail({ ...INPUT, recipient: { name: 'נעמה' }, assignedByName: 'דוד' });
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain('Hello נעמה\u200E, דוד\u200E has assigned this ticket to you.');
    }
    expect(mailFor().text).not.toContain('\u200E');
  });

  test('shortens a description too long for a mail, without splitting a character', () => {
    const { text } = mailFor({ description: '🔥'.repeat(20_000) });
    expect(text).toContain(`> ${'🔥'.repeat(5_000)} […]`);
    expect(text.isWellFormed()).toBe(true);
  });

  test('fetches nothing from anywhere', () => {
    expect(mailFor().html).not.toMatch(/<(img|link|script|iframe)|url\(|@import/);
  });
});

test('a title that changed from one right-to-left text to another is told in that order', () => {
  const mail = updatedMail({
    ticket: TICKET,
    recipient: { name: 'Ada' },
    changedByName: 'Grace',
    changes: [{ field: 'title', from: 'ישן', to: 'חדש' }],
    comments: [],
    reason: 'You get this mail because you reported this ticket.',
    unsubscribeUrl: 'https://docket.example/unsubscribe/token',
  });
  for (const part of [mail.text, mail.html]) expect(part).toContain('ישן\u200E → חדש\u200E');
});

test('a list of tickets gives each title its own direction', () => {
  const mail = ticketItems([{ name: '#13 מדפסת', facts: 'High', url: 'https://docket.example/tickets/13' }]);
  expect(mail.html.join('')).toMatch(/<a [^>]*dir="auto"[^>]*>#13 מדפסת<\/a/);
});

describe('the html template', () => {
  test('escapes values and takes over markup made by itself', () => {
    expect(html`<p title="${'"'}">${'<'}${html`<b>${1}</b>`}${[html`<i></i>`, '&']}</p>`.toString()).toBe(
      '<p title="&quot;">&lt;<b>1</b><i></i>&amp;</p>',
    );
  });

  test('breaks lines whatever their ends are', () => {
    expect(htmlLines('a\r\nb\rc\nd').toString()).toBe('a<br />b<br />c<br />d');
  });
});
