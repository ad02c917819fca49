import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { createJobQueue } from '../../src/jobs/create-job-queue.js';
import { StartError } from '../../src/common/start-error.js';

test.each(['mongodb://', 'mongodb://127.0.0.1:1/docket?secret=1', 'mongodb://ada:se@cret@127.0.0.1:1/docket'])(
  'A job store at %s ends the start with a sentence that holds nothing of the URL',
  async (url) => {
    const opened = createJobQueue({ url, logger: pino({ level: 'silent' }) });
    await expect(opened).rejects.toThrow(StartError);
    await expect(opened).rejects.toThrow(/^JOBS_URL cannot be read by the driver of MongoDB\. (?!.*secret).*$/);
  },
);
