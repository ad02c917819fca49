import { useApolloClient, useMutation } from '@apollo/client/react';
import { resultOf } from '@docket/client';
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { explain } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import { CreateCommentDocument, TicketDocument } from '../../generated/graphql.js';
import { CheckBox } from '../../ui/field.js';
import { Icon } from '../../ui/icon.js';
import { useShortcuts } from '../../ui/shortcuts.js';
import { tell } from '../../ui/toast.js';
import { type Draft, useCommentDrafts } from './comment-drafts.js';
import { type TimelineNode } from './timeline.js';
import { Recipients } from './watching.js';

type Mode = 'reply' | 'note';

const MODES = {
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

interface ComposerProps {
  readonly ticket: { readonly id: string; readonly number: number };
  readonly nodes: readonly TimelineNode[];
  /** Loads what others wrote meanwhile, before something is sent. */
  readonly onRefresh: () => Promise<readonly TimelineNode[]>;
  readonly canReply: boolean;
  readonly canNote: boolean;
}

function newestForeignComment(nodes: readonly TimelineNode[], viewerId: string): string | null {
  const comment = nodes.findLast((node) => node.__typename === 'Comment' && node.author.id !== viewerId);
  return comment?.id ?? null;
}

/** Where replies and internal notes are written: two drafts, which cannot be taken for each other. */
export function Composer(props: ComposerProps) {
  const { canReply, canNote } = props;
  const drafts = useCommentDrafts(props.ticket.number);
  const [mode, setMode] = useState<Mode>(
    canReply && (drafts.reply.text !== '' || drafts.note.text === '') ? 'reply' : 'note',
  );
  const [isQuiet, setIsQuiet] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const write = (next: Mode) => {
    // At once, as somebody who types fast begins with the next key.
    flushSync(() => setMode(next));
    area.current?.focus();
  };
  useShortcuts({
    ...(canReply && { r: { label: 'Reply', run: () => write('reply') } }),
    ...(canNote && { n: { label: 'Internal note', run: () => write('note') } }),
  });
  if (!canReply && !canNote) return null;
  return (
    <section className="composer" data-mode={mode} aria-label="Write">
      {canNote && (
        <div className="composer-tabs" role="tablist" aria-label="What you write">
          {(['reply', 'note'] as const).map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              aria-selected={mode === each}
              tabIndex={mode === each ? 0 : -1}
              className="composer-tab"
              data-mode={each}
              onClick={() => write(each)}
              onKeyDown={(event) => {
                if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
                setMode(each === 'reply' ? 'note' : 'reply');
                const other = event.currentTarget.nextElementSibling ?? event.currentTarget.previousElementSibling;
                if (other instanceof HTMLElement) other.focus();
              }}
            >
              <Icon name={each === 'reply' ? 'reply' : 'lock'} /> {MODES[each].tab}
              <kbd aria-hidden="true">{each === 'reply' ? 'r' : 'n'}</kbd>
            </button>
          ))}
        </div>
      )}
      <Writing
        key={mode}
        {...props}
        mode={mode}
        draft={drafts[mode]}
        area={area}
        isQuiet={isQuiet}
        onQuiet={setIsQuiet}
      />
    </section>
  );
}

interface WritingProps extends ComposerProps {
  readonly mode: Mode;
  readonly draft: Draft;
  readonly area: RefObject<HTMLTextAreaElement | null>;
  /** Whether nobody is to get a mail. */
  readonly isQuiet: boolean;
  readonly onQuiet: (isQuiet: boolean) => void;
}

function Writing({ ticket, nodes, onRefresh, mode, draft, area, isQuiet, onQuiet }: WritingProps) {
  const viewer = useViewer();
  const client = useApolloClient();
  const content = draft.text;
  const [send] = useMutation(CreateCommentDocument);
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
      const { data } = await send({
        variables: {
          input: {
            id: draft.id,
            ticketId: ticket.id,
            content,
            internal: mode === 'note',
            ...(isQuiet && { notify: false }),
          },
        },
      });
      if (!data) return;
      const result = resultOf(data.createComment, ({ comment }) => comment);
      // The answer to an earlier try was lost, and the text is another one since.
      if (result.ok ? result.value.content !== content.trim() : 'id' in result.fields) {
        draft.restart(content);
        setError('What you wrote before was sent after all: see above. Send again if this belongs there too.');
        await client.refetchQueries({ include: [TicketDocument] });
        return;
      }
      if (!result.ok) {
        setError(result.errors[0]?.message);
        return;
      }
      draft.restart('');
      setWarned(false);
      onQuiet(false);
      await client.refetchQueries({ include: [TicketDocument] });
      tell(words.sent);
    } catch (failure) {
      setError(explain(failure));
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void submit();
    }
    if (event.key === 'Escape') area.current?.blur();
  };

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
        value={content}
        onChange={(event) => draft.write(event.target.value)}
        onKeyDown={onKeyDown}
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
