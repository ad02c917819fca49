import { useQuery } from '@apollo/client/react';
import { resultOf } from '@docket/client';
import { type ChangeEvent, useState } from 'react';
import { Link } from 'wouter';
import { mutate } from '../../app/api.js';
import { useViewer } from '../../app/session-context.js';
import {
  type PersonDetailsFragment,
  RolesDocument,
  UpdatePersonDocument,
  type UpdateUserInput,
} from '../../generated/graphql.js';
import { EmailField } from '../../ui/email-field.js';
import { FormError } from '../../ui/field.js';
import { Section } from '../../ui/form-page.js';
import { lastNameOf, NameFields } from '../../ui/name-fields.js';
import { tell } from '../../ui/toast.js';
import { otherErrors, useSaving } from '../../ui/use-saving.js';
import { forgetPeople } from '../../app/managers.js';
import { GiveUpDialog } from './give-up-dialog.js';
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
  const roles = useQuery(RolesDocument).data?.roles ?? [];
  const [changed, setChanged] = useState<Changes>({});
  const [isConfirming, setIsConfirming] = useState(false);
  const { form, busy, errors, save, submit } = useSaving();
  const values = { ...person, roleId: person.role.id, ...changed };
  const { roleId } = values;
  const role = roles.find(({ id }) => id === roleId);
  const losesRight = isSelf && person.role.canManageUsers && role?.canManageUsers === false;

  const field = (name: 'firstName' | 'lastName' | 'username' | 'email') => ({
    name,
    value: values[name] ?? '',
    readOnly: busy,
    error: errors[name],
    onChange: ({ target: { value } }: ChangeEvent<HTMLInputElement>) =>
      setChanged({ ...changed, [name]: name === 'lastName' ? lastNameOf(value) : value }),
  });
  const update = async () => {
    return resultOf(
      (await mutate(UpdatePersonDocument, { input: { id: person.id, ...changed } })).updateUser,
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
        <NameFields field={field} />
        {isSelf ? (
          <p>
            <bdi>{person.email}</bdi>: your own e-mail address is changed under <Link href="/me">Your account</Link>.
          </p>
        ) : (
          <EmailField
            label="E-mail"
            hint="Changes at once, and counts as confirmed. The old address is told."
            {...field('email')}
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
        <GiveUpDialog busy={busy} onConfirm={() => void save(update, done)} onClose={() => setIsConfirming(false)}>
          The role {role?.name} may not manage users. You cannot take this back; somebody else has to.
        </GiveUpDialog>
      )}
    </Section>
  );
}
