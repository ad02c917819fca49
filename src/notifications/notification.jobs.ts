import { z } from 'zod';
import { defineJob } from '../jobs/job-definition.js';

/** Delivers those of the notifications that are due. */
export const deliverNotifications = defineJob('deliver-notifications', z.object({ ids: z.array(z.uuid()) }));
