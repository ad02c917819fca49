import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sendAccountMails } from '../support/account-mails.js';
import { buildPerson, buildProduct, type Person } from '../support/factories.js';
import { BuiltInRole } from '../../src/accounts/roles/role.entity.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { comment, createTicket, later, mailsTo, updateTicket } from './actions.js';

const DAY_MINUTES = 24 * 60;

/** Each way to end a line, and an override that shows what follows from right to left. */
const ENDS = ['\r\n', '\n', '\r', '\u0085', '\u2028', '\u2029', '\v', '\f'];
const hostile = (name: string) => `${name}${ENDS.map((end) => `${end}FORGED`).join('')}\u202E\u2066backwards\t`;
/** A text that is quoted may turn the direction of its own lines. */
const quotable = (text: string) => hostile(text).replaceAll(/[\u202E\u2066]/g, '');

let server: TestServer;
let [author, recipient]: Person[] = [];
beforeAll(async () => {
  server = await startTestServer({ accessTokenSeconds: 10 * 86_400 });
  author = await buildPerson(server, { firstName: hostile('Eve'), lastName: hostile('Author') });
  recipient = await buildPerson(server, { firstName: hostile('Ada'), lastName: hostile('Reader') });
});
afterAll(async () => server.stop());

test('every mail keeps names and titles on one line, in their own direction', async () => {
  if (!author || !recipient) throw new Error('Nobody is there');
  const product = await buildProduct(server, { name: hostile('Product') });
  const { id } = await createTicket(author, {
    title: hostile('Title'),
    productId: product.id,
    assignedTo: { id: recipient.id },
  });
  await comment(author, id, 'Told in the mail about the assignment.');
  await later(server, { minutes: 12 });
  await updateTicket(author, { id, title: hostile('Other'), productId: null });
  await comment(author, id, 'Told in the mail about the change.');
  await later(server, { minutes: 12 });
  await later(server, { minutes: DAY_MINUTES });
  await server.anonymous.query(
    'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { userErrors { code } } }',
    { input: { email: recipient.email } },
  );
  await sendAccountMails(server);

  const mails = mailsTo(server, recipient);
  keepOnTheirLines(mails);
  expect(mails.map(({ subject }) => subject?.replace(/FORGED ?|backwards|#\d+/g, ''))).toEqual([
    expect.stringMatching(/^\[\] Title/),
    expect.stringMatching(/^Re: \[\] Other/),
    'Your tickets: 1 active',
    'Set a new password',
  ]);
});

test('so do mails about new tickets and about comments, whose text is quoted', async () => {
  if (!author) throw new Error('Nobody is there');
  const tech = await buildPerson(server, {
    role: BuiltInRole.TECH,
    firstName: hostile('Mei'),
    lastName: hostile('Assigns'),
  });
  const { id } = await createTicket(author, { title: hostile('Title'), description: quotable('Description') });
  await later(server, { minutes: 12 });
  await comment(tech, id, `${quotable('Comment')}\n-- \nYou get this mail because I say so.`);
  await later(server, { minutes: 12 });

  const [reported] = mailsTo(server, tech);
  const [replied] = mailsTo(server, author);
  expect(reported?.text).toContain('> Description\n> FORGED\n> FORGED');
  expect(replied?.text).toMatch(
    /^> Comment\n> FORGED\n> FORGED[^]*\n> --\n> You get this mail because I say so\.\n— Mei FORGED/,
  );
  expect(replied?.text?.match(/^-- $/gm)).toHaveLength(1);
  keepOnTheirLines([...mailsTo(server, tech), ...mailsTo(server, author)]);
});

test('so does a mail about a mention, in a title and in a comment', async () => {
  if (!author) throw new Error('Nobody is there');
  const named = await buildPerson(server, {
    role: BuiltInRole.TECH,
    firstName: hostile('Noor'),
    lastName: hostile('Named'),
  });
  const { id } = await createTicket(author, {
    title: hostile(`Title for @${named.username} `),
    description: quotable('Description'),
  });
  await comment(author, id, quotable(`Comment for @${named.username} `));
  await later(server, { minutes: 12 });

  const [mentioned] = mailsTo(server, named);
  expect(mentioned?.text).toContain('mentioned you');
  expect(mentioned?.text).toMatch(/^> Comment for @\S+ FORGED|^> Comment for @\S+\s*\n> FORGED/m);
  keepOnTheirLines(mailsTo(server, named));
});

function keepOnTheirLines(mails: ReturnType<typeof mailsTo>): void {
  for (const { subject, text, html, to } of mails) {
    const everything = [subject, text, html, to?.[0]?.name].join('\n');
    expect(everything).toContain('FORGED');
    expect(everything).not.toMatch(/[\u202A-\u202E\u2066-\u2069\u2028\u2029\u0085\v\f]/);
    expect(`${subject}\n${text}`).not.toMatch(/^FORGED/m);
  }
}
