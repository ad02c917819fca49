import { IsolationLevel } from '@mikro-orm/core';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type CommandContext, defineCommand, UsageError } from '../cli/command.js';
import { withDatabase } from '../cli/database.js';
import { writeWholeFile } from '../cli/write-file.js';
import { type ExportedTicket, exportedTickets } from './exported-ticket.js';
import { asCsv, asJson } from './export-format.js';

export const exportTickets = defineCommand({
  name: 'export-tickets',
  summary: 'Writes every ticket as CSV or JSON, as import-tickets reads it.',
  arguments: [],
  options: {
    format: { type: 'string', value: 'csv|json', help: 'Default: by the name of --output, or else csv.' },
    output: { type: 'string', value: 'FILE', help: 'Default: standard output. The file appears when it is complete.' },
    'escape-formulas': {
      type: 'boolean',
      help: 'For spreadsheets: puts an apostrophe before texts that they would run as formulas. An import does not take it away.',
    },
  },
  details:
    'With their comments, oldest first, and those who watch or ignore them, as they are at one moment. Left out are deleted tickets and comments, the history and the mails. An import keeps ids, people (by username), products (by name), texts, times, comments, and what was written without mails; tickets get new numbers.',
  async run(context, { output, format = formatOf(output), 'escape-formulas': escapesFormulas = false }) {
    if (format !== 'csv' && format !== 'json') throw new UsageError('--format is csv or json.');
    if (escapesFormulas && format !== 'csv') throw new UsageError('--escape-formulas is for CSV.');
    let count = 0;
    await withDatabase(context.env, async (orm) =>
      orm.em.fork().transactional(
        async (em) => {
          const tickets = counted(exportedTickets(em), () => (count += 1));
          await write(context, output, format === 'csv' ? asCsv(tickets, escapesFormulas) : asJson(tickets));
        },
        { isolationLevel: IsolationLevel.REPEATABLE_READ, readOnly: true },
      ),
    );
    if (output !== undefined) context.stdout.write(`Wrote ${count.toLocaleString('en')} tickets to ${output}.\n`);
  },
});

function formatOf(output: string | undefined): string {
  return output?.toLowerCase().endsWith('.json') === true ? 'json' : 'csv';
}

async function* counted(tickets: AsyncIterable<ExportedTicket>, count: () => void): AsyncGenerator<ExportedTicket> {
  for await (const ticket of tickets) {
    count();
    yield ticket;
  }
}

async function write(
  { stdout, workingDir }: CommandContext,
  output: string | undefined,
  text: AsyncIterable<string>,
): Promise<void> {
  if (output === undefined) {
    await pipeline(Readable.from(text), stdout, { end: false }).catch((error: NodeJS.ErrnoException) => {
      // `… | head` has seen enough.
      if (error.code !== 'EPIPE') throw error;
    });
    return;
  }
  await writeWholeFile(resolve(workingDir, output), Readable.from(text));
}
