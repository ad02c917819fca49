import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { canUseInternalComments } from '../../src/tickets/comments/comment.policy.js';
import * as policy from '../../src/tickets/ticket.policy.js';
import { BuiltInRole, ROLE_FLAGS } from '../../src/accounts/roles/role.entity.js';
import { type Viewer } from '../../src/accounts/viewer.js';
import { buildComment, buildPerson, buildTicket, type Person } from '../support/factories.js';
import { startTestServer, type TestServer } from '../support/server.js';
import {
  type Action,
  ACTIONS,
  type Bits,
  isAllowed,
  MASKS,
  maskName,
  type Relation,
  RELATIONS,
  ROLE_NAMES,
  type RoleName,
  ROLES,
} from './matrix.js';

type Outcome = Readonly<Record<Action, boolean>>;

function caseName(role: RoleName, bits: Bits, relation: Relation): string {
  return `${role} ${maskName(bits)} ${relation}`;
}

/** What each case may do, by its name. */
function matrix(outcomeOf: (role: RoleName, bits: Bits, relation: Relation) => Outcome): Record<string, Outcome> {
  return Object.fromEntries(
    ROLE_NAMES.flatMap((role) =>
      MASKS.flatMap((bits) =>
        RELATIONS.map((relation) => [caseName(role, bits, relation), outcomeOf(role, bits, relation)]),
      ),
    ),
  );
}

const EXPECTED = matrix(
  (role, bits, relation) =>
    Object.fromEntries(ACTIONS.map((action) => [action, isAllowed(action, role, relation, bits)])) as Outcome,
);

const execute = promisify(execFile);

test('the table in docs/access.md is up to date', async () => {
  await execute(process.execPath, ['--import', 'tsx', 'scripts/emit-access-table.ts', '--check']);
});

test('the policies hold for all 1,440 cases', () => {
  const actual = matrix((role, bits, relation) => {
    const flags = Object.fromEntries(ROLE_FLAGS.map((flag) => [flag, ROLES[role].includes(flag)]));
    const viewer: Viewer = { id: 'me', sessionId: 'session', role: flags as Viewer['role'], permissions: bits };
    const ticket = {
      createdById: relation === 'creator' ? 'me' : 'somebody',
      assignedToId: relation === 'assignee' ? 'me' : null,
      deleted: false,
    };
    const view = policy.canViewTicket(viewer, ticket);
    return {
      view,
      edit: policy.canEditTicket(viewer, ticket),
      changeStatus: policy.canChangeStatus(viewer, ticket),
      assign: policy.canAssignTicket(viewer, ticket),
      delete: policy.canDeleteTicket(viewer, ticket),
      comment: policy.canCommentOn(viewer, ticket),
      commentInternally: policy.canCommentOn(viewer, ticket) && canUseInternalComments(viewer),
      seeInternalComments: view && canUseInternalComments(viewer),
      seeDeleted: policy.canSeeDeletedTickets(viewer),
      restore: policy.canRestoreTicket(viewer, { ...ticket, deleted: true }),
    };
  });
  expect(Object.keys(actual)).toHaveLength(144);
  expect(actual).toEqual(EXPECTED);
});

function userErrorCodes(payload?: { userErrors: { code: string }[] } | null): string[] {
  return payload?.userErrors.map(({ code }) => code) ?? [];
}

/** What the schema says of the viewer's rights to a ticket, each under the name of the action. */
const RIGHTS = `edit: viewerCanEdit changeStatus: viewerCanChangeStatus assign: viewerCanAssign delete: viewerCanDelete
  comment: viewerCanComment commentInternally: viewerCanCommentInternally restore: viewerCanRestore`;
const NO_RIGHTS = {
  edit: false,
  changeStatus: false,
  assign: false,
  delete: false,
  comment: false,
  commentInternally: false,
  restore: false,
};

/** The rights to a deleted ticket; null for those who do not find it. */
async function rightsToDeleted(person: Person, id: string): Promise<typeof NO_RIGHTS | null> {
  const { data, errors } = await person.client.send(
    `query ($id: ID!) { tickets(filter: { deleted: true, id: [$id] }) { nodes { ${RIGHTS} } } }`,
    { id },
  );
  if (errors.length > 0) expect(errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  return data?.tickets.nodes[0] ?? null;
}

describe('over HTTP', () => {
  let server: TestServer;
  let somebody: Person;
  beforeAll(async () => {
    server = await startTestServer();
    somebody = await buildPerson(server);
  });
  afterAll(async () => server.stop());

  function relatedTo(person: Person, relation: Relation) {
    return {
      createdBy: relation === 'creator' ? person : somebody,
      assignedTo: relation === 'assignee' ? person : null,
    };
  }

  /** Does all of it to tickets of its own, and says what was allowed. A refusal must be one that the schema names. */
  async function outcomeOf(person: Person, relation: Relation, seesDeleted: boolean): Promise<Outcome> {
    const tickets = relatedTo(person, relation);
    const [{ id }, gone] = await Promise.all([
      buildTicket(server, tickets),
      buildTicket(server, { ...tickets, deletedAt: server.clock.now() }),
    ]);
    await buildComment(server, { ticket: { id }, author: somebody, internal: true });

    const allowed = async (mutation: string, input: object) => {
      const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`;
      const { data, errors } = await person.client.send(
        `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code } } }`,
        { input },
      );
      const codes = [...errors.map(({ extensions }) => extensions.code), ...userErrorCodes(data?.[mutation])];
      expect(['', 'FORBIDDEN', 'NOT_FOUND']).toContain(codes.join());
      return codes.length === 0;
    };
    const {
      ticket,
      node,
      tickets: listed,
    } = await person.client.query(
      `query ($id: ID!) {
        ticket(id: $id) { ${RIGHTS} comments { totalCount nodes { internal } } }
        node(id: $id) { id }
        tickets(first: 1, filter: { createdById: ["${tickets.createdBy.id}"] }) { nodes { id } }
      }`,
      { id },
    );
    const view = ticket !== null;
    expect([node !== null, listed.nodes.length > 0]).toEqual([view, view]);
    const deleted = seesDeleted ? await rightsToDeleted(person, gone.id) : null;
    const outcome = {
      view,
      edit: await allowed('updateTicket', { id, title: 'Changed' }),
      changeStatus: await allowed('updateTicket', { id, status: 'IN_PROGRESS' }),
      seeInternalComments: view && ticket.comments.totalCount === 1,
      comment: await allowed('createComment', { ticketId: id, content: 'Seen.' }),
      commentInternally: await allowed('createComment', { ticketId: id, content: 'Known.', internal: true }),
      seeDeleted: deleted !== null,
      restore: await allowed('restoreTicket', { id: gone.id }),
      // These two change what the person is to the ticket.
      assign: await allowed('updateTicket', { id, assignedTo: { id: somebody.id } }),
      delete: await allowed('deleteTicket', { id }),
    };
    // What the schema says of a ticket is what its mutations did; nothing but restoring is done to a deleted one.
    const { view: _view, seeDeleted: _deleted, seeInternalComments: _internal, restore, ...done } = outcome;
    if (ticket !== null) {
      const { comments: _comments, ...rights } = ticket;
      expect(rights).toEqual({ ...done, restore: false });
    } else {
      expect({ ...done, restore: false }).toEqual(NO_RIGHTS);
    }
    if (deleted !== null) expect(deleted).toEqual({ ...NO_RIGHTS, restore });
    return outcome;
  }

  test('the server holds for all 1,440 cases', async () => {
    const { __type: filter } = await somebody.client.query('{ __type(name: "TicketFilter") { inputFields { name } } }');
    const seesDeleted = filter.inputFields.some(({ name }: { name: string }) => name === 'deleted');
    const actual: Record<string, Outcome> = {};
    const cases = ROLE_NAMES.flatMap((role) => MASKS.map((bits) => ({ role, bits }))).values();
    const worker = async () => {
      for (const { role, bits } of cases) {
        const builtIn = { admin: BuiltInRole.ADMIN, tech: BuiltInRole.TECH, user: BuiltInRole.USER }[role];
        const person = await buildPerson(server, { role: builtIn, may: bits });
        for (const relation of RELATIONS) {
          actual[caseName(role, bits, relation)] = await outcomeOf(person, relation, seesDeleted);
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    const expected = seesDeleted
      ? EXPECTED
      : Object.fromEntries(
          Object.entries(EXPECTED).map(([name, outcome]) => [name, { ...outcome, seeDeleted: false }]),
        );
    expect(actual).toEqual(expected);
  }, 60_000);
});
