import { z } from 'zod';
import { defineJob } from '../../jobs/job-definition.js';

/** Handles a request for a new password. */
export const answerPasswordReset = defineJob('answer-password-reset', z.object({ id: z.uuid() }));

/** Delivers a mail about an account's address. */
export const sendAccountMail = defineJob('send-account-mail', z.object({ id: z.uuid() }));
