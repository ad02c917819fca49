import { resultOf } from '@docket/client';
import { useState } from 'react';
import { mutate } from '../../app/api.js';
import { usePerform } from '../../app/perform.js';
import { useViewer } from '../../app/session-context.js';
import {
  type CommentEntryFragment,
  DeleteCommentDocument,
  TicketDocument,
  UpdateCommentDocument,
} from '../../generated/graphql.js';
import { Avatar } from '../../ui/avatar.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { EditActions } from '../../ui/edit-actions.js';
import { TextArea } from '../../ui/field.js';
import { Icon } from '../../ui/icon.js';
import { PlainText } from '../../ui/plain-text.js';
import { Time } from '../../ui/time.js';
import { useKept } from '../../ui/use-kept.js';
import { useSaving } from '../../ui/use-saving.js';

/** A comment, with the forms that change and delete it. */
export function CommentCard({ comment }: { comment: CommentEntryFragment }) {
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
        <b dir="auto">{author.name}</b>
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
  const { form, busy, errors, submit } = useSaving();
  const send = async () =>
    resultOf((await mutate(UpdateCommentDocument, { input: { id, content } })).updateComment, ({ comment }) => comment);
  return (
    <form ref={form} className="edit-form" onSubmit={(event) => void submit(event, send, () => onEdit(null))}>
      <TextArea
        label="Text of the comment"
        rows={4}
        readOnly={busy}
        value={content}
        error={Object.values(errors)[0]}
        onChange={(event) => onEdit(event.target.value)}
      />
      <EditActions busy={busy} onCancel={() => onEdit(null)} />
    </form>
  );
}

function DeleteComment({ comment: { id }, onClose }: { comment: CommentEntryFragment; onClose: () => void }) {
  const { busy, perform } = usePerform();
  const remove = async () => {
    await perform(async () => (await mutate(DeleteCommentDocument, { id }, [TicketDocument])).deleteComment);
    onClose();
  };
  return (
    <ConfirmDialog
      title="Delete this comment?"
      action="Delete the comment"
      busy={busy}
      onConfirm={() => void remove()}
      onClose={onClose}
    >
      <p>Nobody sees it any more, and mails that wait leave it out. It does not come back.</p>
    </ConfirmDialog>
  );
}
