import { resultOf } from '@docket/client';
import { useState } from 'react';
import { apollo, mutate } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import { type MailSettingsFragment, MeDocument, UpdateNotificationSettingsDocument } from '../../generated/graphql.js';
import { CheckBox, FormError } from '../../ui/field.js';
import { Section } from '../../ui/form-page.js';
import { Icon } from '../../ui/icon.js';
import { type Option } from '../../ui/option.js';
import { Picker } from '../../ui/picker.js';
import { tell } from '../../ui/toast.js';
import { otherErrors, useSaving } from '../../ui/use-saving.js';

type Kind = Exclude<keyof MailSettingsFragment, 'digestHour' | 'timeZone'>;

const KINDS: readonly { readonly name: Kind; readonly label: string; readonly hint: string }[] = [
  { name: 'assignmentEmails', label: 'Assignments', hint: 'A ticket was assigned to you' },
  { name: 'replyEmails', label: 'Replies', hint: 'Somebody commented on a ticket that concerns you' },
  { name: 'mentionEmails', label: 'Mentions', hint: 'Somebody named you, as @username' },
  { name: 'updateEmails', label: 'Changes', hint: 'Somebody changed a ticket that concerns you' },
  {
    name: 'queueEmails',
    label: 'New unassigned tickets',
    hint: 'If you own the product or may assign tickets',
  },
  { name: 'digestEmails', label: 'Summary', hint: 'Your active tickets, and those closed since the last one' },
];

const SERVER_INTERVAL = 'server';
const HOURS_OF_DAY = 24;
const HOUR_OPTIONS: readonly Option[] = [
  { id: SERVER_INTERVAL, label: 'As often as this server sends it' },
  ...Array.from({ length: HOURS_OF_DAY }, (_, hour) => ({
    id: String(hour),
    label: `Every day at ${String(hour).padStart(2, '0')}:00`,
  })),
];

/** The browser's list lacks UTC, which is where everybody begins. */
const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

function zoneOptions(current: string): readonly Option[] {
  const zones = ZONES.includes(current) ? ZONES : [current, ...ZONES];
  return zones.map((id) => ({ id, label: id.replaceAll('_', ' ') }));
}

/** Which mails one gets. Nothing changes before it is saved. */
export function MailSettings({ saved }: { saved: MailSettingsFragment }) {
  const viewer = useViewer();
  const [changed, setChanged] = useState<Partial<MailSettingsFragment>>({});
  const { form, busy, errors, submit } = useSaving();
  const settings = { ...saved, ...changed };
  const change = (part: Partial<MailSettingsFragment>) => setChanged({ ...changed, ...part });
  const hourId = settings.digestHour === null ? SERVER_INTERVAL : String(settings.digestHour);

  const send = async () => {
    const { updateNotificationSettings } = await mutate(UpdateNotificationSettingsDocument, { input: changed });
    // The settings have no id: the cache cannot tell whose they are.
    await apollo.refetchQueries({ include: [MeDocument] });
    return resultOf(updateNotificationSettings, (payload) => payload.settings);
  };
  const done = () => {
    setChanged({});
    tell('Your mails are set.');
  };

  return (
    <Section id="mails" title="Mails">
      <form ref={form} onSubmit={(event) => void submit(event, send, done)}>
        <fieldset>
          <legend>Send a mail to {viewer.email} about</legend>
          {KINDS.map(({ name, label, hint }) => (
            <CheckBox
              key={name}
              label={label}
              hint={hint}
              checked={settings[name]}
              onChange={(checked) => change({ [name]: checked })}
            />
          ))}
        </fieldset>
        <div className="me-pickers">
          <Picker
            label="When the summary comes"
            options={HOUR_OPTIONS}
            selected={[hourId]}
            disabled={!settings.digestEmails}
            onPick={(id) => change({ digestHour: id === SERVER_INTERVAL ? null : Number(id) })}
          >
            {HOUR_OPTIONS.find(({ id }) => id === hourId)?.label} <Icon name="chevron" />
          </Picker>
          <Picker
            label="Time zone"
            options={zoneOptions(settings.timeZone)}
            selected={[settings.timeZone]}
            onPick={(timeZone) => change({ timeZone })}
          >
            {settings.timeZone.replaceAll('_', ' ')} <Icon name="chevron" />
          </Picker>
        </div>
        <FormError>{otherErrors(errors, [])}</FormError>
        <button type="submit" className="button primary" disabled={busy || Object.keys(changed).length === 0}>
          Save
        </button>
      </form>
    </Section>
  );
}
