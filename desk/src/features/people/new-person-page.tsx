import { useQuery } from '@apollo/client/react';
import { resultOf } from '@docket/client';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { mutate } from '../../app/api.js';
import { CreatePersonDocument, type CreateUserInput, RolesDocument } from '../../generated/graphql.js';
import { EmailField } from '../../ui/email-field.js';
import { FormError, TextField } from '../../ui/field.js';
import { FormPage } from '../../ui/form-page.js';
import { tell } from '../../ui/toast.js';
import { otherErrors, useSaving } from '../../ui/use-saving.js';
import { forgetPeople } from '../../app/managers.js';
import { NameFields, UsernameField } from './name-fields.js';
import { newPassword } from './new-password.js';
import { RolePicker } from './role-picker.js';

const FIELDS = ['firstName', 'lastName', 'username', 'email', 'password', 'roleId'];

/** The form that creates an account. The manager who fills it in passes the initial password on; the person can change it at /me. */
export function NewPersonPage() {
  const [, navigate] = useLocation();
  const roles = useQuery(RolesDocument).data?.roles ?? [];
  const [values, setValues] = useState<Omit<CreateUserInput, 'roleId'>>({
    firstName: '',
    lastName: null,
    username: '',
    email: '',
    password: '',
  });
  const [picked, setPicked] = useState<string | null>(null);
  // Most people report tickets.
  const roleId = picked ?? roles.find(({ builtIn }) => builtIn === 'USER')?.id ?? null;
  const { form, busy, errors, submit } = useSaving();
  const set = (part: Partial<typeof values>) => setValues({ ...values, ...part });

  const create = async () => {
    return resultOf(
      (await mutate(CreatePersonDocument, { input: { ...values, roleId: roleId ?? '' } })).createUser,
      ({ user }) => user,
    );
  };
  return (
    <FormPage title="New person" back={{ href: '/people', label: 'People' }}>
      <form
        ref={form}
        noValidate
        onSubmit={(event) =>
          void submit(event, create, ({ id, name, username }) => {
            navigate(`/people/${id}`, { replace: true });
            forgetPeople();
            tell(`${name} has an account now. Tell them the username, ${username}, and the password.`);
          })
        }
      >
        <NameFields values={values} errors={errors} onChange={set} />
        <UsernameField value={values.username} error={errors['username']} onChange={(username) => set({ username })} />
        <EmailField
          label="E-mail"
          name="email"
          hint="Counts as confirmed"
          value={values.email}
          error={errors['email']}
          onChange={(email) => set({ email })}
        />
        <TextField
          label="Password"
          name="password"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          hint="At least 8 characters. Tell it to them: no mail is sent. They can change it under Your account."
          value={values.password}
          error={errors['password']}
          onChange={(event) => set({ password: event.target.value })}
        />
        <button type="button" className="button small" onClick={() => set({ password: newPassword() })}>
          Make a password
        </button>
        <RolePicker roles={roles} selected={roleId} error={errors['roleId']} onPick={setPicked} />
        <FormError>{otherErrors(errors, FIELDS)}</FormError>
        <button type="submit" className="button primary" disabled={busy}>
          Create the account
        </button>
      </form>
    </FormPage>
  );
}
