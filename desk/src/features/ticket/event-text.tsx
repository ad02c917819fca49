import { type ReactNode } from 'react';
import { Link } from 'wouter';
import { type EventEntryFragment, type NodeNameFragment } from '../../generated/graphql.js';
import { priorityLabel, statusLabel, typeLabel } from '../../ui/labels.js';
import { Time } from '../../ui/time.js';
import { changedKeys } from './changed-keys.js';

type Change = EventEntryFragment['changes'][number];
type Actor = EventEntryFragment['actor'];

const LABELLED: Readonly<Record<string, (value: string) => string>> = {
  status: statusLabel,
  priority: priorityLabel,
  type: typeLabel,
};

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

function Name({ node, otherwise }: { node: NodeNameFragment | null; otherwise: string }) {
  if (node?.__typename === 'User' || node?.__typename === 'Product') return <b dir="auto">{node.name}</b>;
  return otherwise;
}

function Original({ node }: { node: NodeNameFragment | null }) {
  if (node?.__typename !== 'Ticket') return 'another ticket';
  return (
    <Link href={`/tickets/${node.number}`}>
      #{node.number} <bdi>{node.title}</bdi>
    </Link>
  );
}

/** What happened to a field, as people say it. Never ids: what has no name for the viewer is left out. */
function ChangeText({ change, actor }: { change: Change; actor: Actor }): ReactNode {
  const { field, from, to, fromNode, toNode } = change;
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
      return <Assigned change={change} actor={actor} />;
    case 'product':
      if (to === null) {
        return (
          <>
            took the product <Name node={fromNode} otherwise="that was set" /> away
          </>
        );
      }
      return (
        <>
          {from === null ? 'set the product to ' : 'changed the product from '}
          {from !== null && (
            <>
              <Name node={fromNode} otherwise="another one" /> to{' '}
            </>
          )}
          <Name node={toNode} otherwise="another one" />
        </>
      );
    case 'title':
      return (
        <>
          changed the title from “<bdi>{from}</bdi>” to “<bdi>{to}</bdi>”
        </>
      );
    case 'duplicateOf':
      return <Duplicate change={change} />;
    case 'details': {
      const keys = changedKeys(from, to);
      if (to === null) return 'took the details away';
      return keys === null ? (
        'changed the details'
      ) : (
        <>
          changed the details: <bdi>{keys}</bdi>
        </>
      );
    }
    default:
      return <Other change={change} />;
  }
}

function Assigned({ change: { from, to, fromNode, toNode }, actor }: { change: Change; actor: Actor }) {
  const instead = from !== null && (
    <>
      {' '}
      instead of <Name node={fromNode} otherwise="somebody" />
    </>
  );
  if (to === null) {
    return (
      <>
        took the assignment from <Name node={fromNode} otherwise="somebody" />
      </>
    );
  }
  if (actor !== null && to === actor.id) return <>took it over{instead}</>;
  return (
    <>
      assigned it to <Name node={toNode} otherwise="somebody" />
      {instead}
    </>
  );
}

/** The API gives null both for no ticket and for one that the viewer may not see. */
function Duplicate({ change: { from, to, fromNode, toNode } }: { change: Change }) {
  if (to !== null) {
    return (
      <>
        marked it as a duplicate of <Original node={toNode} />
      </>
    );
  }
  if (from === null) return 'changed what it is a duplicate of';
  return (
    <>
      took away that it is a duplicate of <Original node={fromNode} />
    </>
  );
}

/** A field that is newer than this desk: its name in words, and an instant if it is one. */
function Other({ change: { field, to } }: { change: Change }) {
  const name = field.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (to !== null && INSTANT.test(to)) {
    return (
      <>
        set the {name} to <Time at={to} />
      </>
    );
  }
  return to === null ? <>took the {name} away</> : <>changed the {name}</>;
}

const KINDS: Readonly<Record<string, string>> = {
  CREATED: 'reported this',
  DELETED: 'deleted the ticket',
  RESTORED: 'restored the ticket',
};

export function EventText({ event: { kind, changes, actor } }: { event: EventEntryFragment }) {
  const parts: ReactNode[] = kind === 'CHANGED' ? [] : [KINDS[kind] ?? kind.toLowerCase()];
  // Restoring takes out who and what was deleted meanwhile.
  for (const change of changes) parts.push(<ChangeText change={change} actor={actor} />);
  return parts.map((part, index) => (
    // The parts of an event never change.
    // oxlint-disable-next-line react/no-array-index-key
    <span key={index}>
      {index > 0 && (index === parts.length - 1 ? ' and ' : ', ')}
      {part}
    </span>
  ));
}
