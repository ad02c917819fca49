import { resultOf } from '@docket/client';
import { type RefObject, useEffect, useState } from 'react';
import { apollo, explain, mutate } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import { CreateCommentDocument, TicketDocument } from '../../generated/graphql.js';
import { CheckBox } from '../../ui/field.js';
import { Icon } from '../../ui/icon.js';
import { onSendKey } from '../../ui/send-key.js';
import { tell } from '../../ui/toast.js';
import { type Draft } from './comment-drafts.js';
import { type TimelineNode } from './timeline.js';
import { Recipients } from './watching.js';

export type Mode = 'reply' | 'note';

export const MODES = {
  reply: {
    tab: 'Reply',
    button: 'Send reply',
    label: 'Your reply',
    placeholder: 'Write a reply…',
    sent: 'Your reply was sent.',
  },
  note: {
    tab: 'Internal note',
    button: 'Add internal note',
    label: 'Your internal note',
    placeholder: 'Write a note that only your team reads…',
    sent: 'Your note was added. Only your team sees it.',
  },
} as const;

export interface CommentedTicket {
  readonly ticket: { readonly id: string; readonly number: number };
  readonly nodes: readonly TimelineNode[];
  /** Loads what others wrote meanwhile, before something is sent. */
  readonly onRefresh: () => Promise<readonly TimelineNode[]>;
}

function newestForeignComment(nodes: readonly TimelineNode[], viewerId: string): string | null {
  const comment = nodes.findLast((node) => node.__typename === 'Comment' && node.author.id !== viewerId);
  return comment?.id ?? null;
}

interface WritingProps extends CommentedTicket {
  readonly mode: Mode;
  readonly draft: Draft;
  readonly area: RefObject<HTMLTextAreaElement | null>;
  /** Whether nobody is to get a mail. */
  readonly isQuiet: boolean;
  readonly onQuiet: (isQuiet: boolean) => void;
}

/** The field for a reply or a note, with who gets a mail about it. */
export function Writing({ ticket, nodes, onRefresh, mode, draft, area, isQuiet, onQuiet }: WritingProps) {
  const viewer = useViewer();
  const content = draft.text;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  // The newest comment of others that the writer has seen; a newer one shows before anything is sent.
  const [seen, setSeen] = useState(() => newestForeignComment(nodes, viewer.id));
  const [warned, setWarned] = useState(false);
  const newest = newestForeignComment(nodes, viewer.id);
  useEffect(() => {
    // Without a draft everything on the screen counts as seen.
    if (content === '') setSeen(newest);
  }, [content, newest]);
  const words = MODES[mode];
  const unseen = content !== '' && newest !== seen;

  const submit = async () => {
    if (busy || content.trim() === '') return;
    setBusy(true);
    setError(undefined);
    try {
      const now = newestForeignComment(await onRefresh(), viewer.id);
      if (now !== seen && !warned) {
        setWarned(true);
        return;
      }
      const input = { id: draft.id, ticketId: ticket.id, content, internal: mode === 'note' };
      const silence = isQuiet ? { notify: false } : {};
      const { createComment } = await mutate(CreateCommentDocument, { input: { ...input, ...silence } });
      const result = resultOf(createComment, ({ comment }) => comment);
      // The answer to an earlier try was lost, and the text is another one since.
      if (result.ok ? result.value.content !== content.trim() : 'id' in result.fields) {
        draft.restart(content);
        setError('What you wrote before was sent after all: see above. Send again if this belongs there too.');
        await apollo.refetchQueries({ include: [TicketDocument] });
        return;
      }
      if (!result.ok) {
        setError(result.errors[0]?.message);
        return;
      }
      draft.restart('');
      setWarned(false);
      onQuiet(false);
      await apollo.refetchQueries({ include: [TicketDocument] });
      tell(words.sent);
    } catch (failure) {
      setError(explain(failure));
    } finally {
      setBusy(false);
    }
  };
  const onSend = onSendKey(() => void submit());

  return (
    <form
      className="composer-form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <textarea
        ref={area}
        className="composer-text"
        aria-label={words.label}
        aria-describedby={error === undefined ? undefined : `composer-error`}
        placeholder={words.placeholder}
        dir="auto"
        rows={4}
        // What is typed after it was sent would be lost.
        readOnly={busy}
        value={content}
        onChange={(event) => draft.write(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') area.current?.blur();
          onSend(event);
        }}
      />
      <div role="alert">
        {unseen && (
          <p className="composer-warning">
            Somebody wrote while you were writing: <a href={`#entry-${newest}`}>look at it</a> before you send.
          </p>
        )}
        {error !== undefined && (
          <p className="form-error" id="composer-error">
            {error}
          </p>
        )}
      </div>
      <div className="composer-foot">
        <p className="composer-hint">
          <Recipients ticketId={ticket.id} internal={mode === 'note'} quiet={isQuiet} />
        </p>
        {viewer.role.canManageTickets && (
          <CheckBox label="Do not notify" checked={isQuiet} disabled={busy} onChange={onQuiet} />
        )}
        <button
          type="submit"
          className={mode === 'note' ? 'button note' : 'button primary'}
          disabled={busy || content.trim() === ''}
        >
          <Icon name={mode === 'note' ? 'lock' : 'reply'} />
          {unseen && warned ? `${words.button} anyway` : words.button}
        </button>
      </div>
    </form>
  );
}
