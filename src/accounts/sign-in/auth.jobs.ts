import { z } from 'zod';
import { defineJob } from '../../jobs/job-definition.js';

/** Look at a request for a new password: its mail may be waiting. */
export const answerPasswordReset = defineJob('answer-password-reset', z.object({ id: z.uuid() }));

/** Look at a mail about an account's address. */
export const sendAccountMail = defineJob('send-account-mail', z.object({ id: z.uuid() }));
