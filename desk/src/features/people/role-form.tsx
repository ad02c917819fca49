import { type Result } from '@docket/client';
import { useState } from 'react';
import { type CreateRoleInput, type RoleRightsFragment } from '../../generated/graphql.js';
import { CheckBox, FormError, TextField } from '../../ui/field.js';
import { otherErrors, useSaving } from '../../ui/use-saving.js';
import { GiveUpDialog } from './give-up-dialog.js';
import { RIGHTS } from './rights.js';

interface RoleFormProps {
  readonly saved: CreateRoleInput;
  readonly action: string;
  /** The viewer's own role. */
  readonly isOwn?: boolean;
  /** Without this role nobody could manage users. */
  readonly isLastManagers?: boolean;
  readonly send: (changed: Partial<CreateRoleInput>, all: CreateRoleInput) => Promise<Result<RoleRightsFragment>>;
  readonly onSaved: (role: RoleRightsFragment) => void;
}

/** The name of a role, and its six rights. */
export function RoleForm({ saved, action, isOwn = false, isLastManagers = false, send, onSaved }: RoleFormProps) {
  const [changed, setChanged] = useState<Partial<CreateRoleInput>>({});
  const [isConfirming, setIsConfirming] = useState(false);
  const { form, busy, errors, save, submit } = useSaving();
  const { name, canViewAll, canEditAll, canDeleteAll, canManageTickets, canAssignTickets, canManageUsers } = {
    ...saved,
    ...changed,
  };
  const all = { name, canViewAll, canEditAll, canDeleteAll, canManageTickets, canAssignTickets, canManageUsers };
  const losesRight = isOwn && saved.canManageUsers && !canManageUsers;
  const done = (role: RoleRightsFragment) => {
    setChanged({});
    onSaved(role);
  };
  return (
    <>
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          if (losesRight) {
            event.preventDefault();
            setIsConfirming(true);
          } else void submit(event, async () => send(changed, all), done);
        }}
      >
        <TextField
          label="Name"
          name="name"
          autoComplete="off"
          dir="auto"
          readOnly={busy}
          value={name}
          error={errors['name']}
          onChange={(event) => setChanged({ ...changed, name: event.target.value })}
        />
        <fieldset>
          <legend>What people with this role may do</legend>
          {RIGHTS.map((right) => {
            const isKept = right.name === 'canManageUsers' && isLastManagers;
            const hint = isKept
              ? 'Cannot be taken away: nobody without this role can manage users. Give somebody another role that can, first.'
              : right.hint;
            return (
              <CheckBox
                key={right.name}
                label={right.label}
                {...(hint !== undefined && { hint })}
                disabled={isKept}
                checked={all[right.name]}
                onChange={(checked) => setChanged({ ...changed, [right.name]: checked })}
              />
            );
          })}
        </fieldset>
        <FormError>{otherErrors(errors, ['name'])}</FormError>
        <button type="submit" className="button primary" disabled={busy || Object.keys(changed).length === 0}>
          {action}
        </button>
      </form>
      {isConfirming && (
        <GiveUpDialog
          busy={busy}
          onConfirm={() => void save(async () => send(changed, all), done)}
          onClose={() => setIsConfirming(false)}
        >
          This is your own role. Nobody who has it can manage users then, and you cannot take it back.
        </GiveUpDialog>
      )}
    </>
  );
}
