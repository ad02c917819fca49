import { useMutation } from '@apollo/client/react';
import { resultOf } from '@docket/client';
import { useState } from 'react';
import { explain } from '../../app/api.js';
import { perform } from '../../app/perform.js';
import { useViewer } from '../../app/session-context.js';
import {
  type CommentEntryFragment,
  DeleteCommentDocument,
  type EventEntryFragment,
  TicketDocument,
  type TicketQuery,
  UpdateCommentDocument,
} from '../../generated/graphql.js';
import { Avatar } from '../../ui/avatar.js';
import { Dialog } from '../../ui/dialog.js';
import { TextArea } from '../../ui/field.js';
import { Icon } from '../../ui/icon.js';
import { PlainText } from '../../ui/plain-text.js';
import { Time } from '../../ui/time.js';
import { useKept } from '../../ui/use-kept.js';
import { EventText } from './event-text.js';

export type TimelineNode = NonNullable<TicketQuery['ticketByNumber']>['timeline']['edges'][number]['node'];

/** The description above says already who reported it, and when; but not that nobody was mailed. */
function isToldHere(node: TimelineNode): boolean {
  return node.__typename !== 'TicketEvent' || node.kind !== 'CREATED' || !node.notified;
}

interface TimelineProps {
  readonly nodes: readonly TimelineNode[];
  /** Loads what was before; left out where that is all. */
  readonly onEarlier?: (() => void) | undefined;
}

/** Comments and changes, oldest first. */
export function Timeline({ nodes, onEarlier }: TimelineProps) {
  return (
    <section aria-label="What happened" className="timeline">
      {onEarlier && (
        <button type="button" className="button small earlier" onClick={onEarlier}>
          Show what was before
        </button>
      )}
      <ol>
        {nodes.filter(isToldHere).map((node) => (
          <li key={node.id} id={`entry-${node.id}`}>
            {node.__typename === 'Comment' ? <CommentCard comment={node} /> : <EventLine event={node} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function EventLine({ event }: { event: EventEntryFragment }) {
  return (
    <p className="event">
      <span>
        <b>{event.actor?.name ?? 'Docket'}</b> <EventText event={event} />
        {!event.notified && <span className="silent"> · without mails</span>} · <Time at={event.createdAt} />
      </span>
    </p>
  );
}

function CommentCard({ comment }: { comment: CommentEntryFragment }) {
  const { author, createdAt, updatedAt, internal, content, viewerCanEdit, viewerCanDelete } = comment;
  const viewer = useViewer();
  const [edited, setEdited] = useKept<string>(viewer.id, `comment ${comment.id}`);
  const editing = edited !== null;
  const [deleting, setDeleting] = useState(false);
  return (
    <article
      className="comment"
      data-internal={internal}
      aria-label={`${internal ? 'Internal note' : 'Comment'} by ${author.name}`}
    >
      <header className="comment-head">
        <Avatar name={author.name} />
        <b>{author.name}</b>
        {internal && (
          <span className="note-badge">
            <Icon name="lock" /> Internal note
          </span>
        )}
        <span className="soft">
          <Time at={createdAt} />
          {updatedAt !== null && ' · edited'}
        </span>
        <span className="comment-actions">
          {viewerCanEdit && !editing && (
            <button type="button" className="button quiet small" onClick={() => setEdited(content)}>
              Edit
            </button>
          )}
          {viewerCanDelete && !editing && (
            <button type="button" className="button quiet small" onClick={() => setDeleting(true)}>
              Delete
            </button>
          )}
        </span>
      </header>
      {editing ? <EditComment id={comment.id} content={edited} onEdit={setEdited} /> : <PlainText>{content}</PlainText>}
      {deleting && <DeleteComment comment={comment} onClose={() => setDeleting(false)} />}
    </article>
  );
}

interface EditCommentProps {
  readonly id: string;
  readonly content: string;
  /** Null when it is done. */
  readonly onEdit: (content: string | null) => void;
}

function EditComment({ id, content, onEdit }: EditCommentProps) {
  const [error, setError] = useState<string>();
  const [send, { loading }] = useMutation(UpdateCommentDocument);
  const save = async () => {
    try {
      const { data } = await send({ variables: { input: { id, content } } });
      if (!data) return;
      const result = resultOf(data.updateComment, (payload) => payload.comment);
      if (result.ok) onEdit(null);
      else setError(result.errors[0]?.message);
    } catch (failure) {
      setError(explain(failure));
    }
  };
  return (
    <form
      className="edit-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextArea
        label="Text of the comment"
        rows={4}
        value={content}
        error={error}
        onChange={(event) => onEdit(event.target.value)}
      />
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => onEdit(null)}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={loading}>
          Save
        </button>
      </div>
    </form>
  );
}

function DeleteComment({ comment, onClose }: { comment: CommentEntryFragment; onClose: () => void }) {
  const [send, { loading }] = useMutation(DeleteCommentDocument, {
    variables: { id: comment.id },
    refetchQueries: [TicketDocument],
  });
  const remove = async () => {
    await perform(async () => (await send()).data?.deleteComment.userErrors);
    onClose();
  };
  return (
    <Dialog title="Delete this comment?" onClose={onClose}>
      <p>Nobody sees it any more, and mails that wait leave it out. It does not come back.</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Keep it
        </button>
        <button type="button" className="button danger" disabled={loading} onClick={() => void remove()}>
          Delete the comment
        </button>
      </div>
    </Dialog>
  );
}
