import { type ComponentProps } from 'react';
import { TextField } from './field.js';

/** The maximum length of an address in the API. */
const MAX_ADDRESS_LENGTH = 254;

/** A field for somebody else's address: the browser does not offer the viewer's own. */
export function EmailField(props: ComponentProps<typeof TextField>) {
  return <TextField type="email" autoComplete="off" maxLength={MAX_ADDRESS_LENGTH} {...props} />;
}
