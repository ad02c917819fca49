import { type Result } from '@docket/client';
import { type ReactNode, useId, useState } from 'react';
import { ConfirmDialog } from './confirm-dialog.js';
import { Section } from './form-page.js';
import { otherErrors, useSaving } from './use-saving.js';
import './page.css';

interface DeleteSectionProps<Value> {
  /** "Delete the account" */
  readonly title: string;
  /** "Delete Ada Okafor?" */
  readonly question: string;
  /** What happens, in a list. */
  readonly effects: readonly string[];
  /** Why it cannot be deleted; null when it can. */
  readonly obstacle: ReactNode;
  readonly send: () => Promise<Result<Value>>;
  readonly onDeleted: () => void;
}

/** A button that deletes, with the effects; where deleting is not possible, a disabled button with the reason. */
export function DeleteSection<Value>(props: DeleteSectionProps<Value>) {
  const { title, question, effects, obstacle, send, onDeleted } = props;
  const [isConfirming, setIsConfirming] = useState(false);
  const { busy, errors, save } = useSaving();
  const id = useId();
  const list = (
    <ul className="bullets">
      {effects.map((effect) => (
        <li key={effect}>{effect}</li>
      ))}
    </ul>
  );
  return (
    <Section id={id} title={title}>
      <div className="page-text">
        {obstacle === null ? list : <p id={`${id}-obstacle`}>{obstacle}</p>}
        <button
          type="button"
          className="button danger"
          disabled={obstacle !== null}
          aria-describedby={obstacle === null ? undefined : `${id}-obstacle`}
          onClick={() => setIsConfirming(true)}
        >
          {title}
        </button>
      </div>
      {isConfirming && (
        <ConfirmDialog
          title={question}
          action={title}
          busy={busy}
          error={otherErrors(errors, [])}
          onConfirm={() => void save(send, onDeleted)}
          onClose={() => setIsConfirming(false)}
        >
          {list}
        </ConfirmDialog>
      )}
    </Section>
  );
}
