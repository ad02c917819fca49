import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Icon } from '../../ui/icon.js';
import { useShortcuts } from '../../ui/shortcuts.js';
import { useCommentDrafts } from './comment-drafts.js';
import { type CommentedTicket, type Mode, MODES, Writing } from './writing.js';

interface ComposerProps extends CommentedTicket {
  readonly canReply: boolean;
  readonly canNote: boolean;
}

/** Where replies and internal notes are written: two drafts, which cannot be taken for each other. */
export function Composer({ canReply, canNote, ...commented }: ComposerProps) {
  const drafts = useCommentDrafts(commented.ticket.number);
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
        {...commented}
        mode={mode}
        draft={drafts[mode]}
        area={area}
        isQuiet={isQuiet}
        onQuiet={setIsQuiet}
      />
    </section>
  );
}
