import { type TicketPriority, type TicketStatus, type TicketType } from '@docket/client';
import { type ReactNode, type RefObject, useRef } from 'react';
import { useViewer } from '../../app/session-context.js';
import { type TicketDetailsFragment } from '../../generated/graphql.js';
import { Avatar } from '../../ui/avatar.js';
import { Icon } from '../../ui/icon.js';
import { Priority, PRIORITY_OPTIONS, Status, STATUS_OPTIONS, TYPE_OPTIONS, typeLabel } from '../../ui/labels.js';
import { type Options } from '../../ui/option.js';
import { Picker } from '../../ui/picker.js';
import { findPeople, findProducts, NONE } from '../../ui/search-options.js';
import { useShortcuts } from '../../ui/shortcuts.js';
import { Time } from '../../ui/time.js';
import { type TicketChange } from './changed-fields.js';

interface PropertiesProps {
  readonly ticket: TicketDetailsFragment;
  readonly onChange?: (change: TicketChange) => void;
}

/** What a ticket is beside its texts; each field can be changed by those who may. */
export function Properties({ ticket, onChange }: PropertiesProps) {
  const viewer = useViewer();
  const status = useRef<HTMLButtonElement>(null);
  const assignee = useRef<HTMLButtonElement>(null);
  useShortcuts({
    e: { label: 'Change the status', run: () => status.current?.click() },
    a: { label: 'Assign', run: () => assignee.current?.click() },
  });
  const { viewerCanEdit, viewerCanAssign, assignedTo, product } = ticket;
  return (
    <div className="properties">
      <Property<TicketStatus>
        label="Status"
        editable={ticket.viewerCanChangeStatus}
        options={STATUS_OPTIONS}
        value={ticket.status}
        button={status}
        onPick={(id) => onChange?.({ status: id })}
      >
        <Status status={ticket.status} />
      </Property>
      <Property<TicketPriority>
        label="Priority"
        editable={viewerCanEdit}
        options={PRIORITY_OPTIONS}
        value={ticket.priority}
        onPick={(id) => onChange?.({ priority: id })}
      >
        <Priority priority={ticket.priority} />
      </Property>
      <Property
        label="Assigned to"
        editable={viewerCanAssign}
        options={findPeople}
        value={assignedTo?.id ?? NONE}
        button={assignee}
        onPick={(id) => onChange?.({ assignedTo: id === NONE ? null : { id } })}
      >
        <Person person={assignedTo} />
      </Property>
      {viewerCanAssign && viewer.role.canManageTickets && assignedTo?.id !== viewer.id && (
        <button type="button" className="link assign-me" onClick={() => onChange?.({ assignedTo: { id: viewer.id } })}>
          Assign to me
        </button>
      )}
      <Property
        label="Product"
        editable={viewerCanEdit}
        options={findProducts}
        value={product?.id ?? NONE}
        onPick={(id) => onChange?.({ productId: id === NONE ? null : id })}
      >
        {product?.name ?? <span className="soft">No product</span>}
      </Property>
      <Property<TicketType>
        label="Type"
        editable={viewerCanEdit}
        options={TYPE_OPTIONS}
        value={ticket.type}
        onPick={(id) => onChange?.({ type: id })}
      >
        {typeLabel(ticket.type)}
      </Property>
      <Fact label="Reported by">
        <Person person={ticket.createdBy} />
      </Fact>
      <Fact label="Reported">
        <Time at={ticket.createdAt} />
      </Fact>
      {ticket.closedAt !== null && (
        <Fact label="Closed">
          <Time at={ticket.closedAt} />
        </Fact>
      )}
    </div>
  );
}

function Person({ person }: { person: { name: string } | null }) {
  if (!person) return <span className="soft">Nobody</span>;
  return (
    <span className="labelled">
      <Avatar name={person.name} />
      <span className="clip" dir="auto">
        {person.name}
      </span>
    </span>
  );
}

interface PropertyProps<Id extends string> {
  readonly label: string;
  readonly editable: boolean;
  readonly options: Options<Id>;
  readonly value: Id;
  readonly onPick: (id: Id) => void;
  readonly button?: RefObject<HTMLButtonElement | null>;
  readonly children: ReactNode;
}

function Property<Id extends string>({ label, editable, options, value, onPick, button, children }: PropertyProps<Id>) {
  if (!editable) return <Fact label={label}>{children}</Fact>;
  return (
    <div className="property">
      <span className="property-label" aria-hidden="true">
        {label}
      </span>
      <Picker
        label={label}
        options={options}
        selected={[value]}
        onPick={(id) => {
          if (id !== value) onPick(id);
        }}
        className="property-button"
        {...(button && { button })}
      >
        <span className="clip">{children}</span>
        <Icon name="chevron" />
      </Picker>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="property">
      <span className="property-label">{label}</span>
      <span className="property-value">{children}</span>
    </div>
  );
}
