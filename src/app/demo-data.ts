import { ref } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { hashPassword } from '../accounts/passwords/password.js';
import { type Clock } from '../common/clock.js';
import { Comment } from '../tickets/comments/comment.entity.js';
import { Product, ProductType } from '../products/product.entity.js';
import { TicketEvent, TicketEventKind } from '../tickets/ticket-event.entity.js';
import { mentionedIn, ticketText } from '../tickets/mentions/find-mentions.js';
import { TicketMention } from '../tickets/mentions/ticket-mention.entity.js';
import { TicketWatch } from '../tickets/watching/ticket-watch.entity.js';
import { WatchState } from '../tickets/watching/watch-state.js';
import { isActive, Ticket, TicketPriority, TicketStatus, TicketType } from '../tickets/ticket.entity.js';
import { BuiltInRole, Role } from '../accounts/roles/role.entity.js';
import { User } from '../accounts/users/user.entity.js';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** The password of all demo accounts. It is printed at start; without DEMO_DATA the accounts do not exist. */
export const DEMO_PASSWORD = 'docket-demo';

/** The demo people with their roles, for the printout at start. */
export const DEMO_PEOPLE = [
  { username: 'ada', firstName: 'Ada', lastName: 'Okafor', role: BuiltInRole.ADMIN },
  { username: 'tomas', firstName: 'Tomas', lastName: 'Lind', role: BuiltInRole.TECH },
  { username: 'mei', firstName: 'Mei', lastName: 'Tanaka', role: BuiltInRole.TECH },
  { username: 'ruth', firstName: 'Ruth', lastName: 'Abara', role: BuiltInRole.USER },
  { username: 'leo', firstName: 'Leo', lastName: 'Marchetti', role: BuiltInRole.USER },
] as const;
type Person = (typeof DEMO_PEOPLE)[number]['username'];

interface DemoTicket {
  title: string;
  description: string;
  type: TicketType;
  priority: TicketPriority;
  status: TicketStatus;
  product: 'Clinic records' | 'Online banking' | null;
  by: Person;
  to: Person | null;
  daysAgo: number;
}

/** A small help desk: three roles, five people, six tickets, and what they say and watch. */
const TICKETS: readonly DemoTicket[] = [
  {
    title: 'Printer on the second floor prints blank pages',
    description:
      'Since this morning every page comes out white. The toner was changed last week, and a restart did not help.',
    type: TicketType.BUG,
    priority: TicketPriority.MEDIUM,
    status: TicketStatus.OPEN,
    product: null,
    by: 'ruth',
    to: 'tomas',
    daysAgo: 1,
  },
  {
    title: 'Cannot sign in to online banking after the password change',
    description:
      'The new password is accepted once, then I am thrown back to the sign-in page. Happens in two browsers.',
    type: TicketType.BUG,
    priority: TicketPriority.HIGH,
    status: TicketStatus.IN_PROGRESS,
    product: 'Online banking',
    by: 'leo',
    to: 'mei',
    daysAgo: 2,
  },
  {
    title: 'Patient search is down for the whole clinic',
    description: 'Every search ends in a time-out. Reception is writing names on paper. It began at 08:40.',
    type: TicketType.BUG,
    priority: TicketPriority.EMERGENCY,
    status: TicketStatus.IN_PROGRESS,
    product: 'Clinic records',
    by: 'ruth',
    to: 'tomas',
    daysAgo: 0,
  },
  {
    title: 'Export the monthly report as a spreadsheet',
    description: 'Accounting copies the numbers by hand every month. A download as .xlsx would save them a day.',
    type: TicketType.FEATURE,
    priority: TicketPriority.LOW,
    status: TicketStatus.SELECTED_FOR_DEV,
    product: 'Clinic records',
    by: 'leo',
    to: null,
    daysAgo: 12,
  },
  {
    title: 'Laptop for the new colleague in sales',
    description:
      'She starts on the first of next month and needs the usual set: laptop, dock, two screens, VPN access.',
    type: TicketType.ENHANCEMENT,
    priority: TicketPriority.MEDIUM,
    status: TicketStatus.ON_HOLD,
    product: null,
    by: 'leo',
    to: 'tomas',
    daysAgo: 9,
  },
  {
    title: 'Mail to the shared mailbox bounces',
    description: 'Customers tell us that their mails to info@ come back with "mailbox full".',
    type: TicketType.BUG,
    priority: TicketPriority.HIGH,
    status: TicketStatus.DONE,
    product: null,
    by: 'mei',
    to: 'mei',
    daysAgo: 20,
  },
];

interface DemoComment {
  ticket: number;
  by: Person;
  content: string;
  internal?: boolean;
}

/** A mention is an @ and a username, of somebody who may read the text. */
const COMMENTS: readonly DemoComment[] = [
  {
    ticket: 0,
    by: 'tomas',
    content: '@ruth Which driver does your computer show for it, the PCL or the PostScript one?',
  },
  { ticket: 0, by: 'ruth', content: 'PCL 6. A colleague with PostScript can print.' },
  { ticket: 1, by: 'mei', content: 'I can reproduce it: the session cookie is set for the old host name.' },
  {
    ticket: 2,
    by: 'tomas',
    content: 'The search index ran out of disk. Space is freed, it is rebuilding: 20 minutes.',
  },
  {
    ticket: 2,
    by: 'mei',
    content: '@ada The disk alert had been muted since March. To be looked at afterwards.',
    internal: true,
  },
  // On hold until Leo answers: his comment sets it back to work.
  { ticket: 4, by: 'tomas', content: '@leo Which of the two laptops does she want, the light one or the large one?' },
  { ticket: 5, by: 'mei', content: 'Quota raised to 50 GB, and the old newsletters are archived.' },
];

/** Who watches or ignores which ticket, beside those whom it concerns anyway. */
const WATCHES: readonly { ticket: number; by: Person; state: TicketWatch['state'] }[] = [
  { ticket: 2, by: 'ada', state: WatchState.WATCHING },
  { ticket: 2, by: 'leo', state: WatchState.WATCHING },
  { ticket: 3, by: 'mei', state: WatchState.WATCHING },
  { ticket: 5, by: 'tomas', state: WatchState.IGNORED },
];

/**
 * Fills an empty database with believable sample content; does nothing where there is a user already. Gives whether it
 * did.
 */
export async function ensureDemoData(orm: MikroORM, clock: Clock): Promise<boolean> {
  const em = orm.em.fork();
  if ((await em.count(User)) > 0) return false;

  const now = clock.now().getTime();
  const roles = new Map((await em.find(Role, {})).map((role) => [role.builtIn, role]));
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  const people = new Map<Person, User>();
  for (const { username, firstName, lastName, role } of DEMO_PEOPLE) {
    const held = roles.get(role);
    if (!held) throw new Error(`The built-in role ${role} is missing`);
    const email = `${username}@docket.example`;
    const createdAt = new Date(now - 30 * DAY_MS);
    people.set(
      username,
      em.create(User, { username, firstName, lastName, email, passwordHash, role: ref(held), createdAt }),
    );
  }
  const person = (username: Person) => {
    const user = people.get(username);
    if (!user) throw new Error(`The demo data has no ${username}`);
    return ref(user);
  };

  const idByUsername = new Map<string, string>([...people].map(([username, { id }]) => [username, id]));
  const mention = (text: string, author: Person, of: { ticket: Ticket; comment: Comment | null; createdAt: Date }) => {
    for (const id of mentionedIn(text, idByUsername, person(author).id)) {
      em.create(TicketMention, {
        ticket: ref(of.ticket),
        comment: of.comment && ref(of.comment),
        user: em.getReference(User, id, { wrapped: true }),
        createdAt: of.createdAt,
      });
    }
  };

  const products = new Map(
    [
      { name: 'Clinic records', type: ProductType.HEALTH_CARE },
      { name: 'Online banking', type: ProductType.BANKING },
    ].map((product) => [
      product.name,
      em.create(Product, { ...product, ownerEmail: 'ada@docket.example', createdAt: new Date(now - 30 * DAY_MS) }),
    ]),
  );

  // One flush a ticket, oldest first, so that numbers rise with the days.
  await em.flush();
  const tickets = new Map<number, Ticket>();
  const oldestFirst = [...TICKETS.entries()].toSorted(([, a], [, b]) => b.daysAgo - a.daysAgo);
  for (const [index, sample] of oldestFirst) {
    const createdAt = new Date(now - sample.daysAgo * DAY_MS - 5 * HOUR_MS);
    const { title, description, type, priority, status } = sample;
    const product = sample.product === null ? undefined : products.get(sample.product);
    const ticket = em.create(Ticket, {
      title,
      description,
      type,
      priority,
      status,
      product: product ? ref(product) : null,
      createdBy: person(sample.by),
      assignedTo: sample.to && person(sample.to),
      createdAt,
      closedAt: isActive(status) ? null : new Date(createdAt.getTime() + DAY_MS),
    });
    em.create(TicketEvent, { kind: TicketEventKind.CREATED, ticket: ref(ticket), actor: person(sample.by), createdAt });
    mention(ticketText(sample), sample.by, { ticket, comment: null, createdAt });
    await em.flush();
    tickets.set(index, ticket);
  }
  const demoTicket = (index: number) => {
    const ticket = tickets.get(index);
    if (!ticket) throw new Error(`The demo data has no ticket ${index}`);
    return ticket;
  };
  for (const [index, { ticket: ticketIndex, by, content, internal }] of COMMENTS.entries()) {
    const ticket = demoTicket(ticketIndex);
    const createdAt = new Date(ticket.createdAt.getTime() + (index + 1) * 600_000);
    const comment = em.create(Comment, {
      content,
      internal: internal ?? false,
      ticket: ref(ticket),
      author: person(by),
      createdAt,
    });
    em.create(TicketEvent, {
      kind: TicketEventKind.COMMENTED,
      ticket: ref(ticket),
      actor: person(by),
      comment: ref(comment),
      createdAt,
    });
    mention(content, by, { ticket, comment, createdAt });
  }
  for (const { ticket: index, by, state } of WATCHES) {
    const ticket = demoTicket(index);
    em.create(TicketWatch, { ticket: ref(ticket), user: person(by), state, createdAt: ticket.createdAt });
  }
  await em.flush();
  return true;
}
