import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { CommandError, defineCommand, UsageError } from '../command.js';
import { withDatabase } from '../database.js';
import { DraftRules } from './draft-rules.js';
import { report, tellFaults } from './import-report.js';
import { runImport } from './import-run.js';
import { mapColumns, parseMap, parsePeople, parseValues } from './mapping.js';
import { IMPORT_FIELDS, type Preset, PRESETS } from './presets.js';
import { readDrafts } from './read-drafts.js';
import { readSourceFile } from './source-file.js';
import { Notices } from './ticket-draft.js';
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
      help: 'Who somebody in the file is here. Others are found by username or e-mail address.',
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
    encoding: { type: 'string', value: 'NAME', help: 'Default: utf-8. Others: windows-1252, utf-16le, …' },
    delimiter: { type: 'string', value: 'CHARACTER', help: 'Between two cells. Default: comma, semicolon or tab.' },
    'time-zone': {
      type: 'string',
      value: 'NAME',
      help: 'For times without a zone, e.g. Europe/Stockholm. Default: UTC.',
    },
  },
  details: `FILE is CSV with a first row of names, or JSON: a list of objects; - is standard input. Fields: ${IMPORT_FIELDS.join(', ')}; id and title must have a column. Columns that no field is made of are kept in the details. Statuses, priorities and types are understood in any letter case. Running it again imports only what is new: a ticket that is already here stays as it is.`,
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

    const started = performance.now();
    const source = await readSourceFile(context, file, values);
    const mapping = mapColumns(preset, overrides, source.columns);
    const { drafts, faults } = readDrafts(
      source,
      new DraftRules({
        preset,
        source: values.source ?? presetName,
        mapping,
        dictionaries: dictionaries(preset.words ?? {}, ...words),
        clock: context.clock,
        timeZone,
      }),
    );
    tellFaults(context, faults, values['skip-bad-rows'] ?? false);

    const notices = new Notices();
    const options = {
      people: { defaultUser: values['default-user'], renamed },
      createProducts,
      sendMails: values['send-mails'] ?? false,
      dryRun,
    };
    const result = await withDatabase(context.env, async (orm) =>
      orm.em.fork().transactional(async (em) => runImport(em, context, drafts, options, notices)),
    ).catch((error: unknown) => {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
      throw new CommandError('An id or a name in the file is in use here already. Nothing was imported.', {
        cause: error,
      });
    });
    report(context, { dryRun, mapping, notices, result, bad: new Set(faults.map(({ line }) => line)).size, started });
  },
});

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
