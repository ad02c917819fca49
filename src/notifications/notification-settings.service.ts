import { type MikroORM } from '@mikro-orm/postgresql';
import { type Clock } from '../common/clock.js';
import { UnauthenticatedError } from '../common/errors.js';
import { UserErrorCode } from '../common/user-errors.js';
import { InputCheck } from '../common/input-check.js';
import { lockUser } from '../accounts/users/lock-user.js';
import { type DigestPlanner } from './digest-planner.js';
import { NotificationCancelReason, NotificationKind } from './notification.entity.js';
import { type UpdateNotificationSettingsInput } from './notification.inputs.js';
import { type NotificationService } from './notification.service.js';
import { timeZoneNamed } from '../common/time-zone.js';
import { type Subscription } from './unsubscribe-tokens.js';

const LAST_HOUR = 23;

const SETTING_OF = {
  [NotificationKind.ASSIGNED]: 'assignmentEmails',
  [NotificationKind.UPDATED]: 'updateEmails',
  [NotificationKind.DIGEST]: 'digestEmails',
  [NotificationKind.REPLIED]: 'replyEmails',
  [NotificationKind.NEW_UNASSIGNED]: 'queueEmails',
  [NotificationKind.MENTIONED]: 'mentionEmails',
} as const;

/** Changes which mails a person gets, and cancels pending ones of the kinds that are turned off. */
export class NotificationSettingsService {
  readonly #orm: MikroORM;
  readonly #clock: Clock;
  readonly #notifications: NotificationService;
  readonly #digests: DigestPlanner;

  constructor(deps: { orm: MikroORM; clock: Clock; notifications: NotificationService; digests: DigestPlanner }) {
    this.#orm = deps.orm;
    this.#clock = deps.clock;
    this.#notifications = deps.notifications;
    this.#digests = deps.digests;
  }

  /**
   * Gives the user's id.
   * @throws UserInputError for invalid input, with nothing changed
   */
  async update(userId: string, input: UpdateNotificationSettingsInput): Promise<string> {
    await this.#orm.em.fork().transactional(async (em) => {
      const user = await lockUser(em, { id: userId });
      if (user === null) throw new UnauthenticatedError('REVOKED');
      const check = new InputCheck();
      for (const kind of Object.values(NotificationKind)) {
        const setting = SETTING_OF[kind];
        if (check.requiredInUpdate(setting, input[setting])) user[setting] = input[setting];
      }
      if (input.digestHour !== undefined) user.digestHour = checkedHour(check, input.digestHour);
      if (check.requiredInUpdate('timeZone', input.timeZone)) user.timeZone = checkedZone(check, input.timeZone);
      check.done();
      user.updatedAt = this.#clock.now();
      const off = Object.values(NotificationKind).filter((kind) => !user[SETTING_OF[kind]]);
      await this.#notifications.cancelForUser(em, user, NotificationCancelReason.UNSUBSCRIBED, off);
    });
    await this.#digests.reschedule(userId);
    return userId;
  }

  /**
   * Turns off mails of one kind, for the unsubscribe link. Idempotent.
   * @returns false when the account does not exist any more
   */
  async unsubscribe({ kind, userId }: Subscription): Promise<boolean> {
    return this.#orm.em.fork().transactional(async (em) => {
      const user = await lockUser(em, { id: userId });
      if (user === null) return false;
      if (user[SETTING_OF[kind]]) {
        user[SETTING_OF[kind]] = false;
        user.updatedAt = this.#clock.now();
      }
      await this.#notifications.cancelForUser(em, user, NotificationCancelReason.UNSUBSCRIBED, [kind]);
      return true;
    });
  }
}

function checkedHour(check: InputCheck, hour: number | null): number | null {
  if (hour !== null && (hour < 0 || hour > LAST_HOUR)) {
    check.add(
      UserErrorCode.INVALID,
      'digestHour',
      `An hour is from 0 to ${LAST_HOUR}. Leave it out for the server's own interval.`,
    );
  }
  return hour;
}

function checkedZone(check: InputCheck, name: string): string {
  const timeZone = timeZoneNamed(name.trim());
  if (timeZone === null) {
    check.add(
      UserErrorCode.INVALID,
      'timeZone',
      'There is no such time zone. Choose one by its continent and city, as Europe/Stockholm.',
    );
  }
  return timeZone ?? name;
}
