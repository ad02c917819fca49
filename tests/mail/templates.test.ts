import { describe, expect, test } from '@jest/globals';
import { assignedMail, type AssignedMailInput } from '../../src/mail/templates/assigned.js';
import { html, htmlLines } from '../../src/mail/templates/html.js';
import { newUnassignedMail } from '../../src/mail/templates/new-unassigned.js';
import { repliedMail, type RepliedMailInput } from '../../src/mail/templates/replied.js';
import { ticketItems } from '../../src/mail/templates/ticket-items.js';
import { updatedMail, type UpdatedMailInput } from '../../src/mail/templates/updated.js';

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
  assignee: { name: 'Ada Lovelace', isRecipient: true },
};

const UNSUBSCRIBE = { label: 'Stop mails about assignments', url: 'https://docket.example/unsubscribe/token' };
const IGNORE_URL = 'https://docket.example/ignore/token';
const REASON = 'You get this mail because you are assigned to this ticket.';

const INPUT: AssignedMailInput = {
  ticket: TICKET,
  assignedByName: 'Grace Hopper',
  comments: [],
  earlierComments: 0,
  reason: REASON,
  unsubscribe: UNSUBSCRIBE,
  ignoreUrl: IGNORE_URL,
};

/** Each way to end a line. */
const ENDS = ['\r\n', '\n', '\r', '\u0085', '\u2028', '\u2029', '\v', '\f'];

function mailFor(ticket: Partial<AssignedMailInput['ticket']> = {}, assignedByName: string | null = 'Grace Hopper') {
  return assignedMail({ ...INPUT, ticket: { ...TICKET, ...ticket }, assignedByName });
}

describe('the mail about an assignment', () => {
  test('has the subject of every mail about the ticket, by which mail programs thread', () => {
    expect(mailFor().subject).toBe('[#13] Printer on fire');
  });

  test('says what is new first, then the ticket in two lines, the link, and why it was sent', () => {
    const { text } = assignedMail({
      ...INPUT,
      comments: [{ authorName: 'Mei Tanaka', content: 'Which floor?', internal: false }],
      earlierComments: 2,
    });
    expect(text).toBe(`Grace Hopper has assigned this ticket to you.

> It burns.
> Please hurry.
— Grace Hopper

2 earlier comments are behind the link.

> Which floor?
— Mei Tanaka

#13 Printer on fire
Selected for dev · Emergency · Bug · MediTrack · from Grace Hopper · assigned to you

Open ticket #13: https://docket.example/tickets/13

-- 
You get this mail because you are assigned to this ticket.
Stop mails about assignments: https://docket.example/unsubscribe/token
Ignore ticket #13: https://docket.example/ignore/token
`);
  });

  test('says in both parts who did what, the details, the link and why it was sent', () => {
    const mail = mailFor();
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain('Grace Hopper has assigned this ticket to you.');
      for (const detail of ['Emergency', 'Selected for dev', 'Bug', 'MediTrack', 'Grace Hopper', 'It burns.']) {
        expect(part).toContain(detail);
      }
      expect(part).toContain('https://docket.example/tickets/13');
      expect(part).toContain('You get this mail because you are assigned to this ticket.');
    }
  });

  test('names nobody when nobody in particular assigned the ticket', () => {
    expect(mailFor({}, null).text).toContain('This ticket has been assigned to you.');
  });

  test('leaves the product out when the ticket has none', () => {
    expect(mailFor({ productName: null }).text).toContain('· Bug · from Grace Hopper ·');
  });

  test('says who is assigned, or that nobody is', () => {
    expect(mailFor({ assignee: { name: 'Tomas', isRecipient: false } }).text).toContain('· assigned to Tomas\n');
    expect(mailFor({ assignee: null }).text).toContain('· assigned to nobody\n');
  });

  test('leaves a description of which nothing shows out, with its author', () => {
    expect(mailFor({ description: ' ' }).text).not.toContain('— Grace');
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
      comments: [{ authorName: 'Eve', content: `Help${forged}\u001B[2J`, internal: false }],
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
      comments: [{ authorName: 'Eve', content: 'תודה', internal: false }],
    });
    expect(page).toMatch(/<div[^>]*dir="auto"[^>]*text-align: start[^>]*>\s*#13 Printer on fire/);
    const quotes = page.match(/<div\s+class="quote"[^>]*>\s*<div[^>]*>/g) ?? [];
    expect(quotes).toHaveLength(2);
    for (const each of quotes) {
      expect(each).toMatch(/dir="auto"/);
      expect(each).toMatch(/unicode-bidi: plaintext; text-align: start/);
    }
  });

  test('keeps right-to-left names apart, whose order would be reversed otherwise', () => {
    const mail = mailFor({ createdByName: 'נעמה' }, 'דוד');
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain('דוד\u200E has assigned this ticket to you.');
      expect(part).toContain('— נעמה\u200E');
      expect(part).toContain('· from נעמה\u200E · assigned to you');
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

describe('the mail about an update', () => {
  const UPDATE: UpdatedMailInput = {
    ticket: TICKET,
    reason: REASON,
    unsubscribe: UNSUBSCRIBE,
    ignoreUrl: IGNORE_URL,
    changedByName: 'Grace Hopper',
    changes: [
      { field: 'status', from: 'OPEN', to: 'IN_PROGRESS' },
      { field: 'description', from: null, to: null },
    ],
    comments: [{ authorName: 'Mei Tanaka', content: 'Which floor?', internal: false }],
  };

  test('says what people wrote first, then what they changed, then the ticket', () => {
    const [news] = updatedMail(UPDATE).text.split('\n\nOpen ticket');
    expect(news).toBe(`> Which floor?
— Mei Tanaka

Status: Open → In progress
Description: changed
Changed by Grace Hopper.

#13 Printer on fire
Selected for dev · Emergency · Bug · MediTrack · from Grace Hopper · assigned to you`);
  });

  test('shows beside the subject what is new, on one line', () => {
    const content = `It is the\n\u202Ethird floor${'.'.repeat(200)}`;
    const { html: page } = updatedMail({ ...UPDATE, comments: [{ authorName: 'Mei', content, internal: false }] });
    expect(/mso-hide: all;">\s*([^<]*)</.exec(page)?.[1]).toMatch(/^It is the third floor\.+ \[…\]/);
  });

  test('says that there is an internal comment, but not what it says', () => {
    const comments = [{ authorName: 'Mei Tanaka', content: 'He says that each week.', internal: true }];
    const mail = updatedMail({ ...UPDATE, comments });
    for (const part of [mail.text, mail.html]) {
      expect(part).toContain('Mei Tanaka wrote an internal comment. It is behind the link.');
    }
  });

  test('names nobody for the changes of several people', () => {
    expect(updatedMail({ ...UPDATE, changedByName: null }).text).toContain('Changed by several people.');
  });

  test('lets nobody write a byline, a field or a footer of ours', () => {
    const content = ENDS.map(
      (end) => `x${end}— The Administrator${end}Changed by Mei.${end}-- ${end}Status: Done`,
    ).join('');
    const title = ENDS.map((end) => `x${end}-- ${end}Open ticket #13: https://evil.example`).join('');
    const { text, subject } = updatedMail({
      ...UPDATE,
      ticket: { ...TICKET, title, assignee: { name: title, isRecipient: false } },
      changedByName: content,
      changes: [{ field: 'title', from: title, to: title }],
      comments: [{ authorName: content, content, internal: false }],
    });
    expect(text.match(/^(?:-- |— .*|Changed by .*|Status: .*|Open ticket .*)$/gm)).toEqual([
      expect.stringMatching(/^— x — The/),
      expect.stringMatching(/^Changed by x — The/),
      'Open ticket #13: https://docket.example/tickets/13',
      '-- ',
    ]);
    expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
  });
});

describe('the mail about a new ticket without an assignee', () => {
  test('says that nobody is assigned, and what was reported', () => {
    const [news] = newUnassignedMail({
      ticket: { ...TICKET, assignee: null },
      reason: 'You get this mail because you may assign tickets.',
      unsubscribe: UNSUBSCRIBE,
      ignoreUrl: IGNORE_URL,
    }).text.split('\n\nOpen ticket');
    expect(news).toBe(`Grace Hopper has reported this ticket, and nobody is assigned to it.

> It burns.
> Please hurry.
— Grace Hopper

#13 Printer on fire
Selected for dev · Emergency · Bug · MediTrack · from Grace Hopper · assigned to nobody`);
  });
});

describe('the mail about a comment', () => {
  const REPLY: RepliedMailInput = {
    ticket: TICKET,
    reason: REASON,
    unsubscribe: UNSUBSCRIBE,
    ignoreUrl: IGNORE_URL,
    comments: [{ authorName: 'Mei Tanaka', content: 'Which floor?', internal: false }],
    earlierComments: 0,
    changes: [],
    changedByName: undefined,
    assignedByName: undefined,
    isMentionedInTicket: false,
    isMention: false,
    authorName: 'Mei Tanaka',
  };

  test('begins with the comment', () => {
    expect(repliedMail(REPLY).text).toMatch(/^> Which floor\?\n— Mei Tanaka\n\n#13 Printer on fire\n/);
  });

  test('says who mentioned the recipient', () => {
    const { text } = repliedMail({ ...REPLY, isMention: true });
    expect(text).toMatch(/^Mei Tanaka has mentioned you\.\n\n> Which floor\?\n— Mei Tanaka\n\n#13/);
    expect(repliedMail({ ...REPLY, isMention: true, authorName: null }).text).toMatch(/^Several people have mentioned/);
  });

  test('shows the description that mentions the recipient', () => {
    const { text } = repliedMail({ ...REPLY, isMention: true, isMentionedInTicket: true, comments: [] });
    expect(text).toMatch(/^Mei Tanaka has mentioned you\.\n\n> It burns\.\n> Please hurry\.\n— Grace Hopper\n\n#13/);
  });

  test('tells what else waited: an assignment with the description, and changes', () => {
    const changes = [{ field: 'status', from: 'OPEN', to: 'IN_PROGRESS' }];
    const { text } = repliedMail({ ...REPLY, assignedByName: null, changes, changedByName: 'Mei', earlierComments: 1 });
    expect(text).toMatch(
      /^This ticket has been assigned to you\.\n\n> It burns[^]*One earlier comment is behind the link\.\n\n> Which floor[^]*\n\nStatus: Open → In progress\nChanged by Mei\.\n\n#13/,
    );
  });
});

test('a title that changed from one right-to-left text to another is told in that order', () => {
  const mail = updatedMail({
    ticket: TICKET,
    reason: REASON,
    changedByName: 'Grace',
    changes: [{ field: 'title', from: 'ישן', to: 'חדש' }],
    comments: [],
    unsubscribe: UNSUBSCRIBE,
    ignoreUrl: IGNORE_URL,
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
