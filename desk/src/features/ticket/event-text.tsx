import { Link } from 'wouter';
import { type EventEntryFragment, type NodeNameFragment } from '../../generated/graphql.js';
import { priorityLabel, statusLabel, typeLabel } from '../../ui/labels.js';

type Change = EventEntryFragment['changes'][number];

function nameOf(node: NodeNameFragment | null): string | null {
  if (node === null) return null;
  if (node.__typename === 'User' || node.__typename === 'Product') return node.name;
  return node.__typename === 'Ticket' ? `#${node.number} ${node.title}` : null;
}

const LABELLED: Readonly<Record<string, (value: string) => string>> = {
  status: statusLabel,
  priority: priorityLabel,
  type: typeLabel,
};

/** What happened, as people say it. Never ids: what has no name for the viewer is left out. */
function ChangeText({ change: { field, from, to, fromNode, toNode } }: { change: Change }) {
  const label = LABELLED[field];
  if (label) {
    return (
      <>
        changed the {field} from {from === null ? 'none' : <b>{label(from)}</b>} to{' '}
        {to === null ? 'none' : <b>{label(to)}</b>}
      </>
    );
  }
  switch (field) {
    case 'assignedTo':
      return to === null ? (
        <>took the assignment from {nameOf(fromNode) ?? 'somebody'}</>
      ) : (
        <>
          assigned it to <b>{nameOf(toNode) ?? 'somebody'}</b>
        </>
      );
    case 'product':
      return to === null ? (
        <>took the product away</>
      ) : (
        <>
          set the product to <b>{nameOf(toNode) ?? 'another one'}</b>
        </>
      );
    case 'title':
      return (
        <>
          changed the title from “<bdi>{from}</bdi>” to “<bdi>{to}</bdi>”
        </>
      );
    case 'duplicateOf':
      return to === null ? (
        <>took the mark as a duplicate away</>
      ) : (
        <>
          marked it as a duplicate of <Original node={toNode} />
        </>
      );
    case 'details':
      return <>changed the details</>;
    default:
      return <>changed the {field}</>;
  }
}

function Original({ node }: { node: NodeNameFragment | null }) {
  if (node?.__typename !== 'Ticket') return 'another ticket';
  return <Link href={`/tickets/${node.number}`}>{`#${node.number}`}</Link>;
}

const KINDS: Readonly<Record<string, string>> = {
  CREATED: 'reported this',
  DELETED: 'deleted the ticket',
  RESTORED: 'restored the ticket',
};

export function EventText({ event }: { event: EventEntryFragment }) {
  const { kind, changes } = event;
  if (kind !== 'CHANGED') return KINDS[kind] ?? kind.toLowerCase();
  return changes.map((change, index) => (
    <span key={change.field}>
      {index > 0 && (index === changes.length - 1 ? ' and ' : ', ')}
      <ChangeText change={change} />
    </span>
  ));
}
