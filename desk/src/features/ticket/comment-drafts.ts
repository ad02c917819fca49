import { newId } from '@docket/client';
import { useState } from 'react';
import { useViewer } from '../../app/session-context.js';
import { useKept } from '../../ui/use-kept.js';

export interface Draft {
  /** The id of the comment: a second try after a lost answer or a reload has the same, and writes nothing twice. */
  readonly id: string;
  readonly text: string;
  readonly write: (text: string) => void;
  /** Begins a comment with a new id: after one was sent, or where the id is in use already. */
  readonly restart: (text: string) => void;
}

function useCommentDraft(owner: string, name: string): Draft {
  const [kept, keep] = useKept<{ readonly id: string; readonly text: string }>(owner, name);
  const [nextId, setNextId] = useState(newId);
  const id = kept?.id ?? nextId;
  return {
    id,
    text: kept?.text ?? '',
    write: (text) => keep(text === '' ? null : { id, text }),
    restart: (text) => {
      const other = newId();
      setNextId(other);
      keep(text === '' ? null : { id: other, text });
    },
  };
}

/** What the person is writing about a ticket. By its number, which is known also when the ticket is gone. */
export function useCommentDrafts(number: number) {
  const viewer = useViewer();
  return {
    reply: useCommentDraft(viewer.id, `reply #${number}`),
    note: useCommentDraft(viewer.id, `note #${number}`),
  };
}
