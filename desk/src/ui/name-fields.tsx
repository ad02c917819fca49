import { type ComponentProps } from 'react';
import { TextField } from './field.js';

type Name = 'firstName' | 'lastName' | 'username';

interface NameFieldsProps {
  /** The properties of a field, as useForm gives them. */
  readonly field: (name: Name) => Omit<ComponentProps<typeof TextField>, 'label'>;
  /** Whether they are the names of the person who types: then the browser may fill them in. */
  readonly isOwn?: boolean;
}

/** The names of an account. */
export function NameFields({ field, isOwn = false }: NameFieldsProps) {
  const filledWith = (what: string) => (isOwn ? what : 'off');
  return (
    <>
      <div className="pair">
        <TextField label="First name" autoComplete={filledWith('given-name')} dir="auto" {...field('firstName')} />
        <TextField label="Last name" autoComplete={filledWith('family-name')} dir="auto" {...field('lastName')} />
      </div>
      <TextField
        label="Username"
        autoComplete={filledWith('username')}
        autoCapitalize="none"
        spellCheck={false}
        hint="3 to 30 of a-z, 0-9, _, - and ."
        {...field('username')}
      />
    </>
  );
}

/** The last name as the API takes it: there may be none. */
export const lastNameOf = (text: string): string | null => (text.trim() === '' ? null : text);
