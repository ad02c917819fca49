import { useMutation } from '@apollo/client/react';
import { type FieldErrors, resultOf } from '@docket/client';
import { type FormEvent, useState } from 'react';
import { explain } from '../../app/api.js';
import { ChangePasswordDocument, MeDocument } from '../../generated/graphql.js';
import { FormError, TextField } from '../../ui/field.js';
import { tell } from '../../ui/toast.js';

/** Changes the password; the other sessions end with it. */
export function PasswordForm({ username }: { username: string }) {
  const [send, { loading }] = useMutation(ChangePasswordDocument, { refetchQueries: [MeDocument] });
  const [currentPassword, setCurrentPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const [errors, setErrors] = useState<FieldErrors>({});
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (loading) return;
    setErrors({});
    try {
      const { data } = await send({ variables: { input: { currentPassword, newPassword } } });
      if (!data) return;
      const result = resultOf(data.changePassword, ({ user }) => user);
      if (!result.ok) {
        setErrors(result.fields);
        return;
      }
      setCurrentPassword('');
      setNewPassword('');
      tell('Your password was changed. You are signed out everywhere else.');
    } catch (failure) {
      setErrors({ '': explain(failure) });
    }
  };
  return (
    <section aria-labelledby="password-title">
      <h2 id="password-title">Password</h2>
      <form onSubmit={(event) => void submit(event)} noValidate>
        {/* Tells password managers whose password it is. */}
        <input hidden readOnly autoComplete="username" value={username} />
        <TextField
          label="Current password"
          type="password"
          autoComplete="current-password"
          value={currentPassword}
          error={errors['currentPassword']}
          onChange={(event) => setCurrentPassword(event.target.value)}
        />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="At least 8 characters. You are signed out everywhere else."
          value={newPassword}
          error={errors['newPassword']}
          onChange={(event) => setNewPassword(event.target.value)}
        />
        <FormError>{errors['']}</FormError>
        <button
          type="submit"
          className="button primary"
          disabled={loading || currentPassword === '' || newPassword === ''}
        >
          Change the password
        </button>
      </form>
    </section>
  );
}
