import { TextField } from './field.js';

/** The maximum length of an address in the API. */
const LONGEST_ADDRESS = 254;

interface EmailFieldProps {
  readonly label: string;
  readonly name: string;
  readonly hint: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (address: string) => void;
}

/** A field for somebody else's address: the browser does not offer the viewer's own. */
export function EmailField({ onChange, ...field }: EmailFieldProps) {
  return (
    <TextField
      type="email"
      autoComplete="off"
      maxLength={LONGEST_ADDRESS}
      onChange={(event) => onChange(event.target.value)}
      {...field}
    />
  );
}
