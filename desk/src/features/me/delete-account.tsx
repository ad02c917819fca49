import { useQuery } from '@apollo/client/react';
import { resultOf } from '@docket/client';
import { useState } from 'react';
import { mutate, session } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import {
  DeleteAccountDocument,
  PeopleWithRolesDocument,
  RolesThatManageUsersDocument,
} from '../../generated/graphql.js';
import { Dialog } from '../../ui/dialog.js';
import { FormError } from '../../ui/field.js';
import { useForm } from '../../ui/use-form.js';
import { CurrentPassword } from './current-password.js';

/** Whether nobody else can manage users; undefined as long as that is not known. */
function useIsLastManager(): boolean | undefined {
  const { id, role } = useViewer();
  const skip = !role.canManageUsers;
  const { data } = useQuery(RolesThatManageUsersDocument, { skip, fetchPolicy: 'network-only' });
  const roleId = data?.roles.filter(({ canManageUsers }) => canManageUsers).map((each) => each.id) ?? [];
  const people = useQuery(PeopleWithRolesDocument, {
    variables: { roleId },
    skip: roleId.length === 0,
    fetchPolicy: 'network-only',
  });
  if (skip) return false;
  // An account whose address is not confirmed has none of the rights of its role.
  return people.data && !people.data.users.nodes.some((other) => other.id !== id && other.emailConfirmed !== false);
}

export function DeleteAccount() {
  const [open, setOpen] = useState(false);
  const isLast = useIsLastManager();
  return (
    <section aria-labelledby="delete-title">
      <h2 id="delete-title">Delete the account</h2>
      <p className="soft delete-account-text">
        {isLast === true
          ? 'You are the only one who can manage users. Give somebody else that right first.'
          : 'It does not come back. What you wrote stays, under your name.'}
      </p>
      <button type="button" className="button danger" disabled={isLast !== false} onClick={() => setOpen(true)}>
        Delete my account…
      </button>
      {open && <DeleteDialog onClose={() => setOpen(false)} />}
    </section>
  );
}

function DeleteDialog({ onClose }: { onClose: () => void }) {
  const { id, username } = useViewer();
  const { values, field, otherError, busy, submit } = useForm({
    initial: { currentPassword: '' },
    send: async ({ currentPassword }) => {
      const { deleteUser } = await mutate(DeleteAccountDocument, { input: { id, currentPassword } });
      return resultOf(deleteUser, ({ user }) => user);
    },
    onDone: () => void session.signOut(),
  });
  return (
    <Dialog title="Delete your account?" onClose={onClose}>
      <form className="delete-account" onSubmit={(event) => void submit(event)} noValidate>
        <ul>
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
