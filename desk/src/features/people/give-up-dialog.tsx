import { type ReactNode } from 'react';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';

interface GiveUpDialogProps {
  /** Why one cannot manage people afterwards. */
  readonly children: ReactNode;
  readonly busy: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before somebody takes the right to manage people from themselves. */
export function GiveUpDialog({ children, busy, onConfirm, onClose }: GiveUpDialogProps) {
  return (
    <ConfirmDialog
      title="Give up managing people?"
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
