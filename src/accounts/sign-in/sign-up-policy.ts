/** Who may sign up: everybody, nobody, or owners of an address in one of the domains. */
export type SignUpPolicy = 'open' | 'off' | readonly string[];

/** Whether signing up is open to an address. Domains are in lower case; those below them do not count. */
export function maySignUp(policy: SignUpPolicy, email: string): boolean {
  if (typeof policy === 'string') return policy === 'open';
  return policy.includes(email.slice(email.lastIndexOf('@') + 1).toLowerCase());
}
