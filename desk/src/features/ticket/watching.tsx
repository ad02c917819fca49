import { useQuery } from '@apollo/client/react';
import { mutate } from '../../app/api.js';
import { usePerform } from '../../app/perform.js';
import {
  ReplyRecipientsDocument,
  SetWatchStateDocument,
  TicketWatchingDocument,
  type WatchState,
} from '../../generated/graphql.js';
import { Avatar } from '../../ui/avatar.js';
import { Icon } from '../../ui/icon.js';
import { type Option } from '../../ui/option.js';
import { Picker } from '../../ui/picker.js';

const STATES: readonly Option<WatchState>[] = [
  { id: 'DEFAULT', label: 'Mails as usual', hint: 'What you have to do with the ticket decides' },
  { id: 'WATCHING', label: 'Watching', hint: 'Mails about replies and changes' },
  { id: 'IGNORED', label: 'No mails', hint: 'Unless somebody mentions you by name' },
];

/** Who watches the ticket, and whether one does oneself. */
export function Watching({ ticketId }: { ticketId: string }) {
  const { data } = useQuery(TicketWatchingDocument, { variables: { id: ticketId } });
  const { busy, perform } = usePerform();
  const ticket = data?.ticket;
  if (!ticket) return null;
  const set = async (state: WatchState) => {
    const input = { ticketId, state };
    await perform(
      async () => (await mutate(SetWatchStateDocument, { input }, [ReplyRecipientsDocument])).setTicketWatchState,
    );
  };
  return (
    <section aria-label="Who hears of it" className="side-section">
      <Picker
        label="Your mails about this ticket"
        options={STATES}
        selected={[ticket.viewerWatchState]}
        disabled={busy}
        onPick={(state) => void set(state)}
      >
        <Icon name="eye" /> {STATES.find(({ id }) => id === ticket.viewerWatchState)?.label ?? 'Your mails'}
        <Icon name="chevron" />
      </Picker>
      {ticket.watchers.nodes.length > 0 && (
        <ul className="watchers" aria-label="Watching">
          {ticket.watchers.nodes.map(({ id, name }) => (
            <li key={id} className="labelled">
              <Avatar name={name} /> <bdi>{name}</bdi>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** So many are named; the others are counted. */
const MOST_NAMED = 4;

const list = new Intl.ListFormat('en', { type: 'conjunction' });

function Names({ names }: { names: readonly string[] }) {
  const named = names.slice(0, MOST_NAMED);
  const rest = names.length - named.length;
  const parts = list.formatToParts(rest > 0 ? [...named, `${rest} more`] : named);
  // Names may be the same.
  // oxlint-disable-next-line react/no-array-index-key
  return <b>{parts.map(({ type, value }, at) => (type === 'element' ? <bdi key={at}>{value}</bdi> : value))}</b>;
}

interface RecipientsProps {
  readonly ticketId: string;
  readonly internal: boolean;
  /** The writer wants no mails about it. */
  readonly quiet: boolean;
}

/** Names those who get a mail about what is written, before it is sent. */
export function Recipients({ ticketId, internal, quiet }: RecipientsProps) {
  const { data } = useQuery(ReplyRecipientsDocument, { variables: { id: ticketId, internal } });
  const recipients = data?.ticket?.replyRecipients;
  const readers = internal ? 'Only people who manage tickets see it.' : 'Everybody who sees the ticket reads it.';
  if (!recipients) return <>{readers}</>;
  if (quiet || recipients.length === 0) return <>{readers} Nobody gets a mail.</>;
  return (
    <>
      {internal ? `${readers} ` : 'Mail to '}
      <Names names={recipients.map(({ name }) => name)} />
      {internal && (recipients.length === 1 ? ' gets a mail.' : ' get a mail.')}
    </>
  );
}
