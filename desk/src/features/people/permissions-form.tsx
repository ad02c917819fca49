import { resultOf } from '@docket/client';
import { useState } from 'react';
import { mutate } from '../../app/api.js';
import { type PersonDetailsFragment, SetPermissionsDocument } from '../../generated/graphql.js';
import { CheckBox, FormError } from '../../ui/field.js';
import { Section } from '../../ui/form-page.js';
import { tell } from '../../ui/toast.js';
import { otherErrors, useSaving } from '../../ui/use-saving.js';
import { type Permission, PERMISSIONS } from './permissions.js';

/** The four permissions of an account. The API takes all four at once, as they are to be. */
export function PermissionsForm({ person }: { person: PersonDetailsFragment }) {
  const [changed, setChanged] = useState<Partial<Record<Permission, boolean>>>({});
  const { form, busy, errors, submit } = useSaving();
  if (!person.ticketPermissions) return null;
  const { create, view, edit, delete: remove } = { ...person.ticketPermissions, ...changed };
  const permissions = { create, view, edit, delete: remove };

  const update = async () => {
    return resultOf(
      (await mutate(SetPermissionsDocument, { input: { userId: person.id, permissions } })).setTicketPermissions,
      ({ user }) => user,
    );
  };
  return (
    <Section id="permissions" title="Permissions">
      <form
        ref={form}
        onSubmit={(event) =>
          void submit(event, update, ({ name }) => {
            setChanged({});
            tell(`The permissions of ${name} are saved.`);
          })
        }
      >
        <fieldset>
          <legend>What is not ticked here they may not do at all, whatever their role says.</legend>
          {PERMISSIONS.map(({ name, label, hint }) => (
            <CheckBox
              key={name}
              label={label}
              {...(hint !== undefined && { hint })}
              checked={permissions[name]}
              onChange={(checked) => setChanged({ ...changed, [name]: checked })}
            />
          ))}
        </fieldset>
        <FormError>{otherErrors(errors, [])}</FormError>
        <button type="submit" className="button primary" disabled={busy || Object.keys(changed).length === 0}>
          Save the permissions
        </button>
      </form>
    </Section>
  );
}
