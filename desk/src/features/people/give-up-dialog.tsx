import { type ReactNode } from 'react';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';

interface GiveUpDialogProps {
  /** Why one cannot manage users afterwards. */
  readonly children: ReactNode;
  readonly busy: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before somebody takes the right to manage users from themselves. */
export function GiveUpDialog({ children, busy, onConfirm, onClose }: GiveUpDialogProps) {
  return (
    <ConfirmDialog
      title="Give up managing users?"
      action="Give it up"
      busy={busy}
      onConfirm={() => {
        onConfirm();
        onClose();
      }}
      onClose={onClose}
    >
      <p>{children}</p>
    </ConfirmDialog>
  );
}
