import { resultOf } from '@docket/client';
import { useState } from 'react';
import { mutate, session } from '../../app/api.js';
import { useManagers } from '../../app/managers.js';
import { useViewer } from '../../app/session-context.js';
import { DeleteAccountDocument } from '../../generated/graphql.js';
import { Dialog } from '../../ui/dialog.js';
import { FormError } from '../../ui/field.js';
import { Section } from '../../ui/form-page.js';
import { useForm } from '../../ui/use-form.js';
import { CurrentPassword } from './current-password.js';

export function DeleteAccount() {
  return useViewer().role.canManageUsers ? <DeleteManager /> : <DeleteSection isLast={false} />;
}

/** Somebody must always be able to manage users. */
function DeleteManager() {
  const { id } = useViewer();
  return <DeleteSection isLast={useManagers().isLast(id)} />;
}

function DeleteSection({ isLast }: { isLast: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <Section id="delete" title="Delete the account">
      <div className="page-text">
        <p className="soft" id="delete-text">
          {isLast
            ? 'You are the only one who can manage users. Give somebody else that right first.'
            : 'It does not come back. What you wrote stays, under your name.'}
        </p>
        <button
          type="button"
          className="button danger"
          disabled={isLast}
          aria-describedby="delete-text"
          onClick={() => setOpen(true)}
        >
          Delete my account…
        </button>
      </div>
      {open && <DeleteDialog onClose={() => setOpen(false)} />}
    </Section>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const { id, username } = useViewer();
  const { values, field, otherError, busy, form } = useForm({
    initial: { currentPassword: '' },
    send: async ({ currentPassword }) => {
      const { deleteUser } = await mutate(DeleteAccountDocument, { input: { id, currentPassword } });
      return resultOf(deleteUser, ({ user }) => user);
    },
    onDone: () => void session.signOut(),
  });
  return (
    <Dialog title="Delete your account?" onClose={onClose}>
      <form className="edit-form" {...form}>
        <ul className="bullets">
          <li>You are signed out everywhere, and cannot sign in again.</li>
          <li>Active tickets that are assigned to you become unassigned.</li>
          <li>Mails to you that wait are not sent.</li>
          <li>Your tickets and comments stay, under your name.</li>
          <li>Nobody can have your username again, and the account cannot be restored.</li>
        </ul>
        <CurrentPassword username={username} {...field('currentPassword')} />
        <FormError>{otherError}</FormError>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Keep the account
          </button>
          <button type="submit" className="button danger" disabled={busy || values.currentPassword === ''}>
            Delete my account
          </button>
        </div>
      </form>
    </Dialog>
  );
}
