import { resultOf } from '@docket/client';
import { mutate } from '../../app/api.js';
import { type AccountFragment, UpdateAccountDocument } from '../../generated/graphql.js';
import { FormError } from '../../ui/field.js';
import { Section } from '../../ui/form-page.js';
import { lastNameOf, NameFields } from '../../ui/name-fields.js';
import { tell } from '../../ui/toast.js';
import { useForm } from '../../ui/use-form.js';

/** The name that others see, and the username, by which they mention the person. */
export function NameForm({ account }: { account: AccountFragment }) {
  const initial = { firstName: account.firstName, lastName: account.lastName ?? '', username: account.username };
  const { values, field, otherError, busy, form } = useForm({
    initial,
    send: async ({ lastName, ...names }) => {
      const input = { id: account.id, ...names, lastName: lastNameOf(lastName) };
      const { updateUser } = await mutate(UpdateAccountDocument, { input });
      return resultOf(updateUser, ({ user }) => user);
    },
    onDone: () => tell('Your name is saved.'),
  });
  const isChanged = (['firstName', 'lastName', 'username'] as const).some((name) => values[name] !== initial[name]);
  return (
    <Section id="name" title="Name">
      <form {...form}>
        <NameFields isOwn field={field} />
        <p className="field-hint">You sign in with the username, and others mention you by it.</p>
        <FormError>{otherError}</FormError>
        <button type="submit" className="button primary" disabled={busy || !isChanged}>
          Save the name
        </button>
      </form>
    </Section>
  );
}
