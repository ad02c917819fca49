import { useQuery } from '@apollo/client/react';
import { resultOf } from '@docket/client';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { mutate } from '../../app/api.js';
import { CreatePersonDocument, RolesDocument } from '../../generated/graphql.js';
import { EmailField } from '../../ui/email-field.js';
import { FormError, TextField } from '../../ui/field.js';
import { FormPage } from '../../ui/form-page.js';
import { lastNameOf, NameFields } from '../../ui/name-fields.js';
import { tell } from '../../ui/toast.js';
import { useForm } from '../../ui/use-form.js';
import { forgetPeople } from '../../app/managers.js';
import { newPassword } from './new-password.js';
import { RolePicker } from './role-picker.js';

/** The form that creates an account. The manager who fills it in passes the initial password on; the person can change it at /me. */
export function NewPersonPage() {
  const [, navigate] = useLocation();
  const roles = useQuery(RolesDocument).data?.roles ?? [];
  const [picked, setPicked] = useState<string | null>(null);
  // Most people report tickets.
  const roleId = picked ?? roles.find(({ builtIn }) => builtIn === 'USER')?.id ?? null;
  const { field, busy, otherError, form, change } = useForm({
    // roleId is picked outside of these values; it is listed so that field() has the server's message about it.
    initial: { firstName: '', lastName: '', username: '', email: '', password: '', roleId: '' },
    send: async ({ lastName, ...values }) => {
      const input = { ...values, lastName: lastNameOf(lastName), roleId: roleId ?? '' };
      return resultOf((await mutate(CreatePersonDocument, { input })).createUser, ({ user }) => user);
    },
    onDone: ({ id, name, username }) => {
      navigate(`/people/${id}`, { replace: true });
      forgetPeople();
      tell(`${name} has an account now. Tell them the username, ${username}, and the password.`);
    },
  });
  return (
    <FormPage title="New person" back={{ href: '/people', label: 'People' }}>
      <form {...form}>
        <NameFields field={field} />
        <EmailField label="E-mail" hint="Counts as confirmed" {...field('email')} />
        <TextField
          label="Password"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          hint="At least 8 characters. Tell it to them: no mail is sent. They can change it under Your account."
          {...field('password')}
        />
        <button type="button" className="button small" onClick={() => change({ password: newPassword() })}>
          Make a password
        </button>
        <RolePicker roles={roles} selected={roleId} error={field('roleId').error} onPick={setPicked} />
        <FormError>{otherError}</FormError>
        <button type="submit" className="button primary" disabled={busy}>
          Create the account
        </button>
      </form>
    </FormPage>
  );
}
