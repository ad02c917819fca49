import { type ChangePosition } from './change-position.js';

/** In the order of the log: below 0 when the first comes first, 0 for the same entry. */
export function comparePositions(one: ChangePosition, other: ChangePosition): number {
  const [first, second] = one.horizon === other.horizon ? [one.id, other.id] : [one.horizon, other.horizon];
  const difference = BigInt(first) - BigInt(second);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Whether it is the same entry, and not one of another log. */
export function isSamePosition(one: ChangePosition, other: ChangePosition): boolean {
  return comparePositions(one, other) === 0 && one.writtenAt === other.writtenAt;
}
