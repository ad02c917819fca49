import { useMutation, useQuery } from '@apollo/client/react';
import { resultOf } from '@docket/client';
import { useState } from 'react';
import { Link } from 'wouter';
import { useViewer } from '../../app/session-context.js';
import {
  type PersonDetailsFragment,
  RolesDocument,
  UpdatePersonDocument,
  type UpdateUserInput,
} from '../../generated/graphql.js';
import { answerOf } from '../../ui/answer-of.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { EmailField } from '../../ui/email-field.js';
import { FormError } from '../../ui/field.js';
import { Section } from '../../ui/form-page.js';
import { tell } from '../../ui/toast.js';
import { otherErrors, useSaving } from '../../ui/use-saving.js';
import { forgetPeople } from '../../app/managers.js';
import { NameFields, UsernameField } from './name-fields.js';
import { RolePicker } from './role-picker.js';

type Changes = Omit<UpdateUserInput, 'id' | 'currentPassword'>;
const FIELDS = ['firstName', 'lastName', 'username', 'email', 'roleId'];

interface AccountFormProps {
  readonly person: PersonDetailsFragment;
  readonly isLastManager: boolean;
}

/** Name, username, address and role. Only what was changed is sent, so that others' changes of the rest stay. */
export function AccountForm({ person, isLastManager }: AccountFormProps) {
  const viewer = useViewer();
  const isSelf = person.id === viewer.id;
  const [send] = useMutation(UpdatePersonDocument);
  const roles = useQuery(RolesDocument).data?.roles ?? [];
  const [changed, setChanged] = useState<Changes>({});
  const [isConfirming, setIsConfirming] = useState(false);
  const { form, busy, errors, save, submit } = useSaving();
  const { firstName, lastName, username, email, roleId } = {
    ...person,
    roleId: person.role.id,
    ...changed,
  };
  const role = roles.find(({ id }) => id === roleId);
  const losesRight = isSelf && person.role.canManageUsers && role?.canManageUsers === false;

  const update = async () => {
    return resultOf(
      answerOf(await send({ variables: { input: { id: person.id, ...changed } } })).updateUser,
      ({ user }) => user,
    );
  };
  const done = ({ name }: { name: string }) => {
    setChanged({});
    forgetPeople();
    tell(`The account of ${name} is saved.`);
  };

  return (
    <Section id="account" title="Account">
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          if (losesRight && !isConfirming) {
            event.preventDefault();
            setIsConfirming(true);
          } else void submit(event, update, done);
        }}
      >
        <NameFields
          values={{ firstName, lastName }}
          errors={errors}
          onChange={(part) => setChanged({ ...changed, ...part })}
        />
        <UsernameField
          value={username ?? ''}
          error={errors['username']}
          onChange={(text) => setChanged({ ...changed, username: text })}
        />
        {isSelf ? (
          <p>
            <bdi>{person.email}</bdi>: your own e-mail address is changed under <Link href="/me">Your account</Link>.
          </p>
        ) : (
          <EmailField
            label="E-mail"
            name="email"
            hint="Changes at once, and counts as confirmed. The old address is told."
            value={email ?? ''}
            error={errors['email']}
            onChange={(address) => setChanged({ ...changed, email: address })}
          />
        )}
        <RolePicker
          roles={roles}
          selected={roleId ?? person.role.id}
          error={errors['roleId']}
          onlyManagers={
            isLastManager
              ? `${isSelf ? 'You are' : 'This is'} the last person who can manage users: only roles that can are offered.`
              : null
          }
          onPick={(id) => setChanged({ ...changed, roleId: id })}
        />
        <FormError>{isConfirming ? undefined : otherErrors(errors, FIELDS)}</FormError>
        <button type="submit" className="button primary" disabled={busy || Object.keys(changed).length === 0}>
          Save the account
        </button>
      </form>
      {isConfirming && (
        <ConfirmDialog
          title="Give up managing users?"
          action="Give it up"
          busy={busy}
          error=""
          onConfirm={() => {
            void save(update, done);
            setIsConfirming(false);
          }}
          onClose={() => setIsConfirming(false)}
        >
          <p>The role {role?.name} may not manage users. You cannot take this back; somebody else has to.</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}
