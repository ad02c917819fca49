import type { Logger } from 'pino';
import type { ZodType } from 'zod';

/** A kind of job: its name in the store and the shape of its payload, checked when it is queued and when it runs. */
export interface JobDefinition<Payload> {
  readonly name: string;
  readonly payload: ZodType<Payload>;
}

/** What a running job is given besides its payload. */
export interface JobContext {
  /** Carries the job's name and id on every line. */
  readonly logger: Logger;
  /** Aborted when the queue stops: finish what is begun, begin nothing new. */
  readonly signal: AbortSignal;
}

/** A definition together with what it does. The payload's type is closed over, so that handlers share a list. */
export interface JobHandler {
  readonly name: string;
  /** Parses the data as it came from the store and runs; rejects with a ZodError if its shape is wrong. */
  run(data: unknown, context: JobContext): Promise<void>;
}

/** Names a kind of job. The name is what is stored: once released it must not change. */
export function defineJob<Payload>(name: string, payload: ZodType<Payload>): JobDefinition<Payload> {
  return { name, payload };
}

/**
 * Says what a kind of job does. It may run twice (a worker died, its lock of a minute ran out) or never (the store
 * was lost): it must look at the database to know whether there is anything to do.
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
