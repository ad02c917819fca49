import { z } from 'zod';
import { defineJob } from '../jobs/job-definition.js';

/** Delivers a notification if it is due. */
export const deliverNotification = defineJob('deliver-notification', z.object({ id: z.uuid() }));
