import { type FieldErrors } from '@docket/client';
import { TextField } from '../../ui/field.js';

interface Names {
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
}

interface NameFieldsProps {
  readonly values: Names;
  readonly errors: FieldErrors;
  readonly onChange: (change: { firstName: string } | { lastName: string | null }) => void;
}

export function NameFields({ values, errors, onChange }: NameFieldsProps) {
  return (
    <div className="pair">
      <TextField
        label="First name"
        name="firstName"
        autoComplete="off"
        dir="auto"
        value={values.firstName ?? ''}
        error={errors['firstName']}
        onChange={(event) => onChange({ firstName: event.target.value })}
      />
      <TextField
        label="Last name"
        name="lastName"
        autoComplete="off"
        dir="auto"
        value={values.lastName ?? ''}
        error={errors['lastName']}
        onChange={(event) => onChange({ lastName: event.target.value === '' ? null : event.target.value })}
      />
    </div>
  );
}

interface UsernameFieldProps {
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (username: string) => void;
}

export function UsernameField({ value, error, onChange }: UsernameFieldProps) {
  return (
    <TextField
      label="Username"
      name="username"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      hint="3 to 30 of a-z, 0-9, _, - and ."
      value={value}
      error={error}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
