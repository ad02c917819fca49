import { type ComponentProps } from 'react';
import { TextField } from '../../ui/field.js';

type CurrentPasswordProps = Omit<ComponentProps<typeof TextField>, 'label' | 'type' | 'autoComplete'> & {
  readonly username: string;
};

/** The field for the current password. */
export function CurrentPassword({ username, ...field }: CurrentPasswordProps) {
  return (
    <>
      {/* Tells password managers whose password it is. */}
      <input hidden readOnly autoComplete="username" value={username} />
      <TextField label="Current password" type="password" autoComplete="current-password" {...field} />
    </>
  );
}
