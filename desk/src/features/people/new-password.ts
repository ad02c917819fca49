/** Without i, l, o, 0 and 1, which look alike: people read passwords out to each other. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 16;
const GROUP = 4;

/** A password that cannot be guessed, in groups that can be read out: 16 of 31 characters are 79 bits. */
export function newPassword(): string {
  let password = '';
  while (password.length < LENGTH) {
    // 256 is no multiple of the number of letters: the remainder would make some letters more likely.
    for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH))) {
      if (byte < 256 - (256 % LETTERS.length)) password += LETTERS[byte % LETTERS.length];
    }
  }
  return (
    password
      .slice(0, LENGTH)
      .match(new RegExp(`.{${GROUP}}`, 'g'))
      ?.join('-') ?? password
  );
}
