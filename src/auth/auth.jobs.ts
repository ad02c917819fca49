import { z } from 'zod';
import { defineJob } from '../jobs/job-definition.js';

/** Look at a request for a new password: its mail may be waiting. */
export const answerPasswordReset = defineJob('answer-password-reset', z.object({ id: z.uuid() }));
