import { type RefObject, useState } from 'react';
import { mutate } from '../../app/api.js';
import { usePerform } from '../../app/perform.js';
import { useViewer } from '../../app/session-context.js';
import { type QueueTicketFragment, UpdateTicketsDocument, type UpdateTicketsInput } from '../../generated/graphql.js';
import { CheckBox } from '../../ui/field.js';
import { Icon } from '../../ui/icon.js';
import { PRIORITY_OPTIONS, STATUS_OPTIONS, TYPE_OPTIONS } from '../../ui/labels.js';
import { Picker } from '../../ui/picker.js';
import { findPeople, findProducts, NONE } from '../../ui/search-options.js';

/** What updateTickets takes at once. */
export const MOST_SELECTED = 100;

interface BulkBarProps {
  readonly selected: readonly QueueTicketFragment[];
  readonly onClear: () => void;
  /** After a change: rows may belong elsewhere now. */
  readonly onChanged: () => void;
  readonly statusButton: RefObject<HTMLButtonElement | null>;
  readonly assigneeButton: RefObject<HTMLButtonElement | null>;
}

/** Changes all selected tickets at once, or none of them. */
export function BulkBar({ selected, onClear, onChanged, statusButton, assigneeButton }: BulkBarProps) {
  const viewer = useViewer();
  const { busy, perform } = usePerform();
  const [isQuiet, setIsQuiet] = useState(false);
  const change = async (fields: Omit<UpdateTicketsInput, 'ids'>) => {
    const input = { ids: selected.map(({ id }) => id), ...fields, ...(isQuiet && { notify: false }) };
    const done = await perform(
      async () => (await mutate(UpdateTicketsDocument, { input })).updateTickets,
      selected.length === 1 ? 'The ticket was changed.' : `${selected.length} tickets were changed.`,
    );
    if (!done) return;
    setIsQuiet(false);
    onClear();
    onChanged();
  };
  // All are changed or none: what may not be done to one of them is not offered.
  const canEdit = selected.every(({ viewerCanEdit }) => viewerCanEdit);
  const canAssign = selected.every(({ viewerCanAssign }) => viewerCanAssign);
  const canChangeStatus = selected.every(({ viewerCanChangeStatus }) => viewerCanChangeStatus);
  const each = { selected: [], disabled: busy };
  return (
    <div className="bulk-bar" role="toolbar" aria-label="Change the selected tickets">
      <span role="status">{selected.length} selected</span>
      {canChangeStatus && (
        <Picker
          label="Status"
          options={STATUS_OPTIONS}
          {...each}
          button={statusButton}
          onPick={(status) => void change({ status })}
        >
          Status
        </Picker>
      )}
      {canEdit && (
        <Picker label="Priority" options={PRIORITY_OPTIONS} {...each} onPick={(priority) => void change({ priority })}>
          Priority
        </Picker>
      )}
      {canAssign && (
        <Picker
          label="Assigned to"
          options={findPeople}
          {...each}
          button={assigneeButton}
          onPick={(id) => void change({ assignedTo: id === NONE ? null : { id } })}
        >
          Assign
        </Picker>
      )}
      {canEdit && (
        <Picker
          label="Product"
          options={findProducts}
          {...each}
          onPick={(id) => void change({ productId: id === NONE ? null : id })}
        >
          Product
        </Picker>
      )}
      {canEdit && (
        <Picker label="Type" options={TYPE_OPTIONS} {...each} onPick={(type) => void change({ type })}>
          Type
        </Picker>
      )}
      {!canEdit && !canAssign && !canChangeStatus && (
        <span className="soft">There is nothing that you may change of all of them.</span>
      )}
      {viewer.role.canManageTickets && (
        <CheckBox label="Do not notify" checked={isQuiet} disabled={busy} onChange={setIsQuiet} />
      )}
      <button type="button" className="button quiet icon-only" onClick={onClear}>
        <Icon name="close" label="Select nothing" />
      </button>
    </div>
  );
}
