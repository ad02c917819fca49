import { type SunkMail } from './mail-sink.js';
import { type TicketStory, type Turn } from './tickets.js';

/** A row of the notification table. */
export interface PendingMail {
  readonly id: string;
  readonly kind: string;
  /** The id of the mail that tells it: its own, or the one into which it was merged. */
  readonly mailId: string;
  readonly ticketId: string;
  readonly email: string;
  readonly status: string;
  readonly sendAt: number;
}

export interface Verdict {
  assignments: number;
  sent: number;
  lost: number;
  /** To people who may not see the ticket. */
  afterUnassigned: number;
  comments: number;
  /** How often somebody was to be told of a comment, and how often they were not. */
  tellings: number;
  untold: number;
  /** How often one of the staff was told of a comment by two mails with different Message-IDs. */
  toldTwice: number;
  /** The longest time by which a mail began after the acknowledgement that its recipient is relieved. */
  overlapMs: number;
  duplicates: number;
  twiceForOneTurn: number;
  kills: number;
  lateP50: number;
  lateP99: number;
  lateP99All: number;
}

/** docs/hardening.md, "Mail": what a kill may upset is judged by loss and duplicates, not by lateness. */
const KILL_UPSETS = { beforeMs: 3000, afterMs: 2000 };
/**
 * A mail that is on its way cannot be called back: the look at the ticket and the first word to the SMTP server are
 * milliseconds apart, more on a busy machine.
 */
const ON_ITS_WAY_MS = 250;

/** @param seeAll the addresses of those who may see every ticket */
export function judge(
  stories: readonly TicketStory[],
  pending: readonly PendingMail[],
  mails: readonly SunkMail[],
  kills: readonly number[],
  seeAll: ReadonlySet<string>,
): Verdict {
  const byMessage = Map.groupBy(mails, ({ messageId }) => messageId.replace(/@.*/, ''));
  const assigned = pending.filter(({ kind }) => kind === 'ASSIGNED');
  const mailsByTicket = Map.groupBy(assigned, ({ ticketId }) => ticketId);
  const sentByTicket = Map.groupBy(mails, ({ ticketId }) => ticketId);
  const overlaps: number[] = [];
  let lost = pending.filter(({ status }) => status === 'SCHEDULED' || status === 'FAILED').length;
  let twiceForOneTurn = 0;

  for (const { id, turns } of stories) {
    const mailIds = new Set((mailsByTicket.get(id) ?? []).map(({ mailId }) => mailId));
    const mailsOfTicket = [...mailIds].flatMap((mailId) => byMessage.get(mailId)?.slice(0, 1) ?? []);
    const last = turns.at(-1);
    if (
      last?.email != null &&
      !mailsOfTicket.some(({ to, takenAt }) => to === last.email && takenAt > turnOf(turns).askedAt)
    )
      lost += 1;
    for (const mail of sentByTicket.get(id) ?? []) {
      if (!seeAll.has(mail.to)) overlaps.push(overlapOf(mail, turns));
    }
    for (const email of new Set(mailsOfTicket.map(({ to }) => to))) {
      const times = mailsOfTicket.filter(({ to }) => to === email).length;
      const had = turns.filter((turn, i) => turn.email === email && turns[i - 1]?.email !== email).length;
      if (times > had) twiceForOneTurn += 1;
    }
  }

  const late = pending.flatMap(({ id, sendAt }) => {
    const [first] = byMessage.get(id) ?? [];
    return first === undefined ? [] : [{ sendAt, ms: first.takenAt - sendAt }];
  });
  const healthy = late.filter(
    ({ sendAt }) => !kills.some((kill) => kill > sendAt - KILL_UPSETS.beforeMs && kill < sendAt + KILL_UPSETS.afterMs),
  );
  return {
    ...judgeComments(stories, mails),
    assignments: stories.reduce((sum, { turns }) => sum + turns.filter(({ email }) => email !== null).length, 0),
    sent: byMessage.size,
    lost,
    afterUnassigned: overlaps.filter((ms) => ms > ON_ITS_WAY_MS).length,
    overlapMs: Math.max(0, ...overlaps),
    duplicates: mails.length - byMessage.size,
    twiceForOneTurn,
    kills: kills.length,
    lateP50: percentile(
      healthy.map(({ ms }) => ms),
      0.5,
    ),
    lateP99: percentile(
      healthy.map(({ ms }) => ms),
      0.99,
    ),
    lateP99All: percentile(
      late.map(({ ms }) => ms),
      0.99,
    ),
  };
}

/** Whether everybody concerned was told of each comment, and by one mail. */
function judgeComments(
  stories: readonly TicketStory[],
  mails: readonly SunkMail[],
): Pick<Verdict, 'comments' | 'tellings' | 'untold' | 'toldTwice'> {
  const told = Map.groupBy(
    mails.flatMap(({ messageId, to, words }) => words.map((word) => ({ messageId, key: `${word} ${to}` }))),
    ({ key }) => key,
  );
  const tellings = stories.flatMap(({ said, turns }) =>
    said.flatMap(({ word, askedAt, toTell }) => {
      const kept = keeperOf(turns, askedAt);
      return [...toTell, ...(kept === null ? [] : [kept])].map((email) => ({
        messages: new Set(told.get(`${word} ${email}`)?.map(({ messageId }) => messageId)).size,
        // A mail about an assignment shows earlier comments too.
        isOnce: toTell.has(email),
      }));
    }),
  );
  return {
    comments: stories.reduce((sum, { said }) => sum + said.length, 0),
    tellings: tellings.length,
    untold: tellings.filter(({ messages }) => messages === 0).length,
    toldTwice: tellings.filter(({ messages, isOnce }) => isOnce && messages > 1).length,
  };
}

/** Who had the ticket from before this time to the end. */
function keeperOf(turns: readonly Turn[], since: number): string | null {
  const { email, acknowledgedAt } = turnOf(turns);
  return acknowledgedAt < since ? email : null;
}

/** The first of the turns at the end that all gave the ticket to the same person: giving it again changes nothing. */
function turnOf(turns: readonly Turn[]): Turn {
  const last = turns.findLastIndex((turn, i) => turns[i - 1]?.email !== turn.email);
  const turn = turns[Math.max(last, 0)];
  if (turn === undefined) throw new Error('A ticket without a turn');
  return turn;
}

/** How long after its recipient was relieved the mail began; 0 when they had the ticket, or were just given it. */
function overlapOf({ to, begunAt }: SunkMail, turns: readonly Turn[]): number {
  const asked = turns.filter(({ askedAt }) => askedAt <= begunAt);
  const current = asked.at(-1);
  if (current === undefined || current.email === to) return 0;
  const relieved = asked.findLastIndex(({ email }) => email === to) + 1;
  return Math.max(0, begunAt - (asked[relieved]?.acknowledgedAt ?? begunAt));
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The bars of docs/hardening.md, "Mail", that were not met. */
export function brokenBars(verdict: Verdict): string[] {
  const bars: [boolean, string][] = [
    [verdict.sent > 0, 'nothing was sent'],
    [verdict.lost === 0, `${verdict.lost} lost`],
    [verdict.untold === 0, `${verdict.untold} not told of a comment`],
    [verdict.toldTwice === 0, `${verdict.toldTwice} told of a comment by two mails`],
    [verdict.afterUnassigned === 0, `${verdict.afterUnassigned} sent to people who may not see the ticket`],
    [verdict.duplicates <= verdict.kills, `${verdict.duplicates} duplicates after ${verdict.kills} kills`],
    [verdict.twiceForOneTurn === 0, `${verdict.twiceForOneTurn} mails too many with another Message-ID`],
    [verdict.lateP99 <= 2000, `p99 late ${verdict.lateP99} ms while healthy`],
  ];
  return bars.filter(([met]) => !met).map(([, fault]) => fault);
}
