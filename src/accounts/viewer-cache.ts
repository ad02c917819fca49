import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import { type Clock } from '../common/clock.js';
import { type Db } from '../database/db.js';
import { type AccessTokenSubject } from './sessions/access-token.js';
import { type Viewer } from './viewer.js';

/** Role, bits, deletion and ended sessions take effect within this time on every instance (docs/behaviour.md, "Access tokens and refresh tokens"). */
const FRESH_FOR_MS = 5000;
/** Bounds the memory. */
const MAX_REMEMBERED = 10_000;

interface ViewerRow {
  id: string;
  sessionId: string;
  canViewAll: boolean;
  canEditAll: boolean;
  canDeleteAll: boolean;
  canManageUsers: boolean;
  canManageTickets: boolean;
  canAssignTickets: boolean;
  create: boolean;
  edit: boolean;
  view: boolean;
  delete: boolean;
}

/** Those of a flag, for an account whose address is proven. */
const flag = (column: string) => sql`r.${sql.ref(column)} and u.email_confirmed`;

/** Cache of viewers by the claims of access tokens; entries are at most five seconds old. */
export class ViewerCache {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #remembered = new LRUCache<string, { viewer: Promise<Viewer | null>; readAt: number }>({
    max: MAX_REMEMBERED,
  });

  readonly #onForget: (() => void)[] = [];

  constructor(db: Db, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Null when the user is deleted, or the session ended or expired. */
  async find(subject: AccessTokenSubject): Promise<Viewer | null> {
    const now = this.#clock.now().getTime();
    const remembered = this.#remembered.get(subject.sessionId);
    if (remembered && now - remembered.readAt < FRESH_FOR_MS && now >= remembered.readAt) return remembered.viewer;

    const viewer = this.readAll([subject]).then((viewers) => viewers.get(subject.sessionId) ?? null);
    this.#remembered.set(subject.sessionId, { viewer, readAt: now });
    viewer.catch(() => this.#remembered.delete(subject.sessionId));
    return viewer;
  }

  /** Invalidates entries, so that changes by this instance take effect on it at once. */
  forget(): void {
    this.#remembered.clear();
    for (const listener of this.#onForget) listener();
  }

  /** Has the listener called whenever viewers may have changed by this instance. */
  whenForgotten(listener: () => void): void {
    this.#onForget.push(listener);
  }

  /** The present viewers by session, without those that are not; one statement. */
  async readAll(subjects: readonly AccessTokenSubject[]): Promise<ReadonlyMap<string, Viewer>> {
    const users = new Map(subjects.map(({ sessionId, userId }) => [sessionId, userId]));
    const rows = await this.#db.pipelined(sql<ViewerRow>`
      select ${flag('can_view_all')} as "canViewAll", ${flag('can_edit_all')} as "canEditAll",
        ${flag('can_delete_all')} as "canDeleteAll", ${flag('can_manage_users')} as "canManageUsers",
        ${flag('can_manage_tickets')} as "canManageTickets", ${flag('can_assign_tickets')} as "canAssignTickets",
        u.may_create_tickets as "create", u.may_edit_tickets as "edit",
        u.may_view_tickets as "view", u.may_delete_tickets as "delete", s.id as "sessionId", u.id as "id"
      from session s join "user" u on u.id = s.user_id join role r on r.id = u.role_id
      where s.id = any(${[...users.keys()]}::uuid[]) and u.deleted_at is null and s.revoked_at is null
        and s.expires_at > ${this.#clock.now().toISOString()}::timestamptz`);
    return new Map(
      rows.filter(({ id, sessionId }) => users.get(sessionId) === id).map((row) => [row.sessionId, viewerOfRow(row)]),
    );
  }
}

function viewerOfRow({ id, sessionId, create, edit, view, delete: remove, ...role }: ViewerRow): Viewer {
  return { id, sessionId, role, permissions: { create, edit, view, delete: remove } };
}
