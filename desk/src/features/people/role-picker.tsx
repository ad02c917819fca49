import { type RoleRightsFragment } from '../../generated/graphql.js';
import { PickerField } from '../../ui/picker-field.js';
import { rightsInWords } from './rights.js';

interface RolePickerProps {
  readonly roles: readonly RoleRightsFragment[];
  readonly selected: string | null;
  readonly error: string | undefined;
  /** Why only roles that may manage users are offered; null when all are. */
  readonly onlyManagers?: string | null;
  readonly onPick: (roleId: string) => void;
}

/** Roles with what they may do. */
export function RolePicker({ roles, selected, error, onlyManagers = null, onPick }: RolePickerProps) {
  const offered = roles.filter(({ canManageUsers }) => onlyManagers === null || canManageUsers);
  const role = roles.find(({ id }) => id === selected);
  return (
    <PickerField
      label="Role"
      options={offered.map((each) => ({ id: each.id, label: each.name, hint: rightsInWords(each) }))}
      selected={selected === null ? [] : [selected]}
      value={role?.name ?? 'Choose a role'}
      error={error}
      hint={[role && rightsInWords(role), onlyManagers].filter(Boolean).join(' ')}
      onPick={onPick}
    />
  );
}
