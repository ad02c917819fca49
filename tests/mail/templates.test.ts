import { describe, expect, test } from '@jest/globals';
import { assignedMail, type AssignedMailInput } from '../../src/mail/templates/assigned.js';
import { html, htmlLines } from '../../src/mail/templates/html.js';

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

function mailFor(ticket: Partial<AssignedMailInput['ticket']> = {}, assignedByName: string | null = 'Grace Hopper') {
  return assignedMail({
    ticket: { ...TICKET, ...ticket },
    recipient: { name: 'Ada Lovelace' },
    assignedByName,
    comments: [],
    earlierComments: 0,
    unsubscribeUrl: 'https://docket.example/unsubscribe/token',
  });
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
    expect(mailFor().text).toContain('It burns.\nPlease hurry.');
  });

  test('shortens a description too long for a mail, without splitting a character', () => {
    const { text } = mailFor({ description: '🔥'.repeat(20_000) });
    expect(text).toContain(`${'🔥'.repeat(5_000)} […]`);
    expect(text.isWellFormed()).toBe(true);
  });

  test('fetches nothing from anywhere', () => {
    expect(mailFor().html).not.toMatch(/<(img|link|script|iframe)|url\(|@import/);
  });
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
