import { z } from 'zod';
import { defineJob } from '../jobs/job-definition.js';

/** Look at a notification: it may be due. */
export const deliverNotification = defineJob('deliver-notification', z.object({ id: z.uuid() }));
