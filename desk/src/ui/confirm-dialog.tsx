import { type ReactNode } from 'react';
import { Dialog } from './dialog.js';
import { FormError } from './field.js';

interface ConfirmDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What the button does: "Delete the account". */
  readonly action: string;
  /** Whether that takes something away. */
  readonly danger?: boolean;
  readonly busy: boolean;
  readonly error?: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Tells what something does before it is done. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, children, action, danger = true, busy, error, onConfirm, onClose } = props;
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <FormError>{error}</FormError>
      <div className="dialog-actions">
        <button type="button" className="button" disabled={busy} onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className={danger ? 'button danger' : 'button primary'}
          disabled={busy}
          onClick={onConfirm}
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}
