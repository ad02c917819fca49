import { resultOf } from '@docket/client';
import { mutate } from '../../app/api.js';
import { usePerform } from '../../app/perform.js';
import { type AccountFragment, UpdateAccountDocument } from '../../generated/graphql.js';
import { FormError, TextField } from '../../ui/field.js';
import { Section } from '../../ui/form-page.js';
import { tell } from '../../ui/toast.js';
import { useForm } from '../../ui/use-form.js';
import { CurrentPassword } from './current-password.js';

/** The address of the account. A new one waits until the link in the mail to it was opened. */
export function Address({ account }: { account: AccountFragment }) {
  const { email, emailConfirmed, pendingEmail } = account;
  return (
    <Section id="address" title="E-mail address">
      {pendingEmail !== null && <Pending account={account} pendingEmail={pendingEmail} />}
      {pendingEmail === null && emailConfirmed === false && (
        <p className="notice">
          {email} is not confirmed yet: open the link in the mail that was sent to it. Until then you get no mails about
          tickets, and see only your own.
        </p>
      )}
      <AddressForm key={pendingEmail ?? email} account={account} />
    </Section>
  );
}

function Pending({ account: { id, email }, pendingEmail }: { account: AccountFragment; pendingEmail: string }) {
  const { busy, perform } = usePerform();
  const giveUp = async () =>
    perform(
      // Setting the present address again cancels the pending change.
      async () => (await mutate(UpdateAccountDocument, { input: { id, email } })).updateUser,
      `Your address stays ${email}.`,
    );
  return (
    <div className="notice pending-address">
      <p>
        A mail was sent to <b>{pendingEmail}</b>. Open the link in it within a day: until then your address is {email}.
      </p>
      <button type="button" className="button small" disabled={busy} onClick={() => void giveUp()}>
        Give it up
      </button>
    </div>
  );
}

function AddressForm({ account }: { account: AccountFragment }) {
  const { id, username, email, emailConfirmed, pendingEmail } = account;
  const waiting = pendingEmail ?? (emailConfirmed === false ? email : null);
  const { values, field, otherError, busy, form, reset } = useForm({
    initial: { email: waiting ?? '', currentPassword: '' },
    send: async ({ email: typed, currentPassword }) => {
      const input = { id, email: typed.trim(), currentPassword };
      const { updateUser } = await mutate(UpdateAccountDocument, { input });
      return resultOf(updateUser, ({ user }) => user);
    },
    onDone: () => {
      tell(`A mail was sent to ${values.email.trim()}.`);
      reset();
    },
  });
  const isAgain = waiting !== null && values.email.trim() === waiting;
  return (
    <form {...form}>
      <TextField
        label="New address"
        type="email"
        autoComplete="email"
        hint={isAgain ? 'At most five mails an hour go to it.' : 'It gets a mail with a link; the old one is told.'}
        {...field('email')}
      />
      <CurrentPassword username={username} {...field('currentPassword')} />
      <FormError>{otherError}</FormError>
      <button
        type="submit"
        className="button primary"
        disabled={busy || values.email.trim() === '' || values.currentPassword === ''}
      >
        {isAgain ? 'Send the mail again' : 'Change the address'}
      </button>
    </form>
  );
}
