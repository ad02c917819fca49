import { createInterface, type Interface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type CommandContext, CommandError } from './command.js';

/**
 * A new password: asked for twice on a terminal, without echo, or the first line of what is piped in.
 * Never an argument or a variable: both can be read by others on the machine.
 * @throws CommandError when none came, or the two differ
 */
export async function readNewPassword({ stdin, stderr }: CommandContext): Promise<string> {
  if (stdin.isTTY !== true) {
    const [password = ''] = (await text(stdin)).split(/\r?\n/, 1);
    if (password === '') throw new CommandError('No password came on standard input.');
    return password;
  }
  // readline reads a terminal in raw mode and writes the echo itself: here to nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  try {
    const password = await ask(lines, stderr, 'New password: ');
    const again = await ask(lines, stderr, 'The same again: ');
    if (password !== again) throw new CommandError('The two passwords differ. Nothing was changed.');
    return password;
  } finally {
    lines.close();
  }
}

async function ask(lines: Interface, stderr: Writable, prompt: string): Promise<string> {
  stderr.write(prompt);
  return new Promise<string>((resolve, reject) => {
    const giveUp = () => reject(new CommandError('Broken off. Nothing was changed.'));
    lines.once('SIGINT', giveUp);
    lines.once('close', giveUp);
    lines.question('').then(resolve, reject);
  }).finally(() => {
    lines.removeAllListeners('SIGINT');
    lines.removeAllListeners('close');
    stderr.write('\n');
  });
}
