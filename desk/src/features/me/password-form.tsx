import { resultOf } from '@docket/client';
import { mutate } from '../../app/api.js';
import { ChangePasswordDocument, MeDocument } from '../../generated/graphql.js';
import { FormError, TextField } from '../../ui/field.js';
import { Section } from '../../ui/form-page.js';
import { tell } from '../../ui/toast.js';
import { useForm } from '../../ui/use-form.js';
import { CurrentPassword } from './current-password.js';

/** Changes the password; the other sessions end with it. */
export function PasswordForm({ username }: { username: string }) {
  const { values, field, otherError, busy, form, reset } = useForm({
    initial: { currentPassword: '', newPassword: '' },
    send: async (input) => {
      const { changePassword } = await mutate(ChangePasswordDocument, { input }, [MeDocument]);
      return resultOf(changePassword, ({ user }) => user);
    },
    onDone: () => {
      reset();
      tell('Your password was changed. You are signed out everywhere else.');
    },
  });
  return (
    <Section id="password" title="Password">
      <form {...form}>
        <CurrentPassword username={username} {...field('currentPassword')} />
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="At least 8 characters. You are signed out everywhere else."
          {...field('newPassword')}
        />
        <FormError>{otherError}</FormError>
        <button
          type="submit"
          className="button primary"
          disabled={busy || values.currentPassword === '' || values.newPassword === ''}
        >
          Change the password
        </button>
      </form>
    </Section>
  );
}
