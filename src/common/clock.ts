/** Tells the time. Everything that decides by time asks one of these, so that tests can turn the hands. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
