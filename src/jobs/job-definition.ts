import type { Logger } from 'pino';
import type { ZodType } from 'zod';

/** A kind of job: its name in the store and the shape of its payload, checked when it is queued and when it runs. */
export interface JobDefinition<Payload> {
  readonly name: string;
  readonly payload: ZodType<Payload>;
}

/** What a handler gets besides the payload. */
export interface JobContext {
  /** Carries the job's name and id on every line. */
  readonly logger: Logger;
  /** Aborted when the queue stops: the handler completes the work under way and begins nothing new. */
  readonly signal: AbortSignal;
}

/**
 * A definition with its handler. The payload's type is hidden in a closure, so that different handlers fit in one list.
 */
export interface JobHandler {
  readonly name: string;
  /** Parses the data as it came from the store and runs; rejects with a ZodError if its shape is wrong. */
  run(data: unknown, context: JobContext): Promise<void>;
}

/** Defines a kind of job. Its name is stored, so it must not change after a release. */
export function defineJob<Payload>(name: string, payload: ZodType<Payload>): JobDefinition<Payload> {
  return { name, payload };
}

/**
 * Adds the handler to a definition. It may run twice (a worker died, its lock of a minute expired) or never (the store
 * was lost): it must read from the database whether there is anything to do.
 */
export function handle<Payload>(
  definition: JobDefinition<Payload>,
  run: (payload: Payload, context: JobContext) => Promise<void>,
): JobHandler {
  return {
    name: definition.name,
    run: async (data, context) => run(definition.payload.parse(data), context),
  };
}
