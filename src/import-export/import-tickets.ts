import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { isNativeError } from 'node:util/types';
import { type CommandContext, CommandError, defineCommand, UsageError } from '../cli/command.js';
import { withDatabase } from '../cli/database.js';
import { Interruption } from '../cli/interruption.js';
import { Db } from '../database/db.js';
import { Writes } from '../database/writes.js';
import { NotificationService } from '../notifications/notification.service.js';
import { TicketStore } from '../tickets/ticket.store.js';
import { DATE_FORMAT_HELP, parseDateFormat } from './date-format.js';
import { DraftRules } from './draft-rules.js';
import { report } from './import-report.js';
import { type ImportOptions, ImportState, runImport } from './import-run.js';
import { type ImportResult } from './import-report.js';
import { withInputFile } from './input-file.js';
import { limitHeapGrowth } from './limit-heap-growth.js';
import { mapOptions } from './mapping-advice.js';
import { type Mapping, mapColumns, parseMap, parsePeople, parseValues } from './mapping.js';
import { PRESETS } from './presets.js';
import { IMPORT_FIELDS, type Preset } from './preset.js';
import { readSource, sourceFormat } from './source-file.js';
import { type SourceFile } from './source-record.js';
import { returnNumbers } from './ticket-numbers.js';
import { TicketSpool } from './ticket-spool.js';
import { dictionaries } from './vocabulary.js';

const DEFAULT_PRESET = 'docket';

export const importTickets = defineCommand({
  name: 'import-tickets',
  summary: 'Brings in tickets from a CSV or JSON file.',
  arguments: ['FILE'],
  options: {
    preset: {
      type: 'string',
      value: 'NAME',
      help: `Whose columns the file has: ${[...PRESETS.keys()].join(', ')}. Default: ${DEFAULT_PRESET}.`,
    },
    map: {
      type: 'string',
      multiple: true,
      value: 'FIELD=COLUMN',
      help: 'Reads a field from another column; from none if COLUMN is empty.',
    },
    value: {
      type: 'string',
      multiple: true,
      value: 'FIELD:WORD=VALUE',
      help: 'What a status, priority or type of the file means here, e.g. "status:Ready for QA=IN_PROGRESS".',
    },
    person: {
      type: 'string',
      multiple: true,
      value: 'NAME=USERNAME',
      help: 'Who somebody in the file is here. Others are found by username, e-mail address or full name.',
    },
    'default-user': {
      type: 'string',
      value: 'USERNAME',
      help: 'Stands in as author for people without an account here; what is assigned to such people becomes unassigned.',
    },
    source: {
      type: 'string',
      value: 'NAME',
      help: 'Tells two sources of one preset apart, e.g. two GitHub repositories. Default: the name of the preset.',
    },
    'create-products': { type: 'boolean', help: 'Makes products that are missing, owned by the default user.' },
    'skip-bad-rows': { type: 'boolean', help: 'Imports the good rows. Without it one bad row stops the import.' },
    'send-mails': { type: 'boolean', help: 'Mails the assignees of active tickets. Without it nobody gets a mail.' },
    'dry-run': { type: 'boolean', help: 'Checks everything and writes nothing.' },
    format: { type: 'string', value: 'csv|json', help: "Default: by the file's name." },
    encoding: {
      type: 'string',
      value: 'NAME',
      help: 'Default: utf-8, or UTF-16 by its byte order mark. Others: windows-1252, …',
    },
    delimiter: { type: 'string', value: 'CHARACTER', help: 'Between two cells. Default: comma, semicolon or tab.' },
    'date-format': {
      type: 'string',
      multiple: true,
      value: 'FORMAT',
      help: `How dates are written that could mean several things: ${DATE_FORMAT_HELP}.`,
    },
    'time-zone': {
      type: 'string',
      value: 'NAME',
      help: 'For times without a zone, e.g. Europe/Stockholm. Default: UTC.',
    },
  },
  details: `FILE is CSV with a first row of names, or JSON: a list of objects, or one object a line; - is standard input. Fields: ${IMPORT_FIELDS.join(', ')}; id and title must have a column. What no field holds is kept in the details, and the report says for each column where it went. Statuses, priorities and types are understood in any letter case. Running it again imports only what is new: a ticket that is already here stays as it is.`,
  async run(context, values, [file = '']) {
    const { preset: presetName = DEFAULT_PRESET, 'dry-run': dryRun = false } = values;
    const preset = findPreset(presetName);
    const timeZone = values['time-zone'] ?? 'UTC';
    checkTimeZone(timeZone);
    const createProducts = values['create-products'] ?? false;
    if (createProducts && values['default-user'] === undefined) {
      throw new UsageError('--create-products needs --default-user, who will own them.');
    }
    const overrides = parseMap(values.map ?? []);
    const words = parseValues(values.value ?? []);
    const renamed = parsePeople(values.person ?? []);

    const formats = (values['date-format'] ?? []).map(parseDateFormat);
    const format = sourceFormat(file, values);

    limitHeapGrowth();
    const started = performance.now();
    const options = {
      people: { defaultUser: values['default-user'], renamed },
      createProducts,
      sendMails: values['send-mails'] ?? false,
      skipBadRows: values['skip-bad-rows'] ?? false,
      dryRun,
    };
    const { result, mapping, columns } = await Interruption.during(context, async (interruption) =>
      withInputFile(context, file, values.encoding ?? 'utf-8', interruption.signal, async (input) => {
        // Docket's own details may hold anything.
        const details = overrides.get('details') ?? preset.columns.details?.[0];
        const source = await readSource(input, format, {
          delimiter: values.delimiter,
          verbatim: details === undefined ? [] : [details],
        });
        const columnMapping = mapColumns(preset, overrides, source.columns);
        const rules = new DraftRules({
          preset,
          source: values.source ?? presetName,
          mapping: columnMapping,
          dictionaries: dictionaries(preset.words ?? {}, ...words),
          clock: context.clock,
          instants: { timeZone, formats },
        });
        const imported = await importSource(context, source, rules, options, interruption);
        return { result: imported, mapping: columnMapping, columns: source.columns };
      }),
    );
    report(context, result, { dryRun, started, hints: hintsFor(mapping, columns) });
  },
});

async function importSource(
  context: CommandContext,
  source: SourceFile,
  rules: DraftRules,
  options: ImportOptions,
  interruption: Interruption,
): Promise<ImportResult> {
  const { signal } = interruption;
  const state = new ImportState();
  const inTransaction = async (orm: MikroORM) =>
    TicketSpool.using(async (spool) =>
      orm.em
        .fork()
        .transactional(async (em) =>
          runImport(storeFor(orm, context).within(em), context, { source, rules, spool, signal }, options, state),
        ),
    ).catch(async (error: unknown) => {
      // The database may be away, and then a gap stays.
      await returnNumbers(orm, state.numbers).catch(() => {});
      throw error;
    });
  try {
    return await withDatabase(context.env, inTransaction, interruption);
  } catch (error) {
    throw failure(error, state);
  }
}

/** Schedules no delivery: the server's sweep finds the mails when they are due. */
function storeFor(orm: MikroORM, { clock, env }: CommandContext): TicketStore {
  const notifications = new NotificationService({
    clock,
    delayMs: env.ticketMailDelayMs,
    replyDelayMs: env.replyMailDelayMs,
    scheduleDeliveries: () => {},
  });
  return new TicketStore({ orm, db: new Db(orm), writes: new Writes(orm), notifications });
}

/** Says what was and was not done. */
function failure(error: unknown, { isWritten }: ImportState): unknown {
  if (error instanceof CommandError || !isNativeError(error)) return error;
  if (error instanceof UniqueConstraintViolationException) {
    return new CommandError('An id or a name in the file is in use here already. Nothing was imported.', {
      cause: error,
    });
  }
  const outcome = isWritten
    ? 'It is not known whether the import was completed.'
    : 'Nothing was imported: what was written has been rolled back.';
  return new CommandError(
    `The import failed: ${error.message}. ${outcome} Run it again; tickets that are already here stay as they are.`,
    { cause: error },
  );
}

/** Columns that went to the details though they look like a field's. */
function hintsFor(mapping: Mapping, columns: readonly string[]): string[] {
  const options = mapOptions(mapping, columns);
  return options.length === 0 ? [] : [`These columns look like fields; to read them so: ${options.join(' ')}`];
}

function findPreset(name: string): Preset {
  const preset = PRESETS.get(name.toLowerCase());
  if (!preset) throw new UsageError(`There is no preset "${name}"; there are ${[...PRESETS.keys()].join(', ')}.`);
  return preset;
}

function checkTimeZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone });
  } catch (cause) {
    throw new UsageError(`There is no time zone "${timeZone}".`, { cause });
  }
}
