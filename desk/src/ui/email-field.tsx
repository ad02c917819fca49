import { TextField } from './field.js';

/** What the API takes of an address. */
const LONGEST_ADDRESS = 254;

interface EmailFieldProps {
  readonly label: string;
  readonly name: string;
  readonly hint: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (address: string) => void;
}

/** The address of somebody else: the browser offers none of one's own. */
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
