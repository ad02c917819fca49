import addressparser from 'nodemailer/lib/addressparser';

/** One address and nothing around it: no list, no display name, no comment, no quoted local part. */
const SINGLE_ADDRESS = /^[^\s\p{Cc}<>()[\],;:"\\@]+@[^\s\p{Cc}<>()[\],;:"\\@]+$/u;

export function isSingleAddress(text: string): boolean {
  return SINGLE_ADDRESS.test(text);
}

/** Whether it is `docket@example.com` or `Docket <docket@example.com>`, as nodemailer reads it: not several, no group. */
export function isMailbox(text: string): boolean {
  const [mailbox, ...others] = addressparser(text);
  if (mailbox?.address === undefined || others.length > 0 || /\p{Cc}/u.test(text)) return false;
  const { address } = mailbox;
  return isSingleAddress(address) && (text === address || text.endsWith(`<${address}>`));
}
