import { ref } from '@mikro-orm/core';
import { type MikroORM } from '@mikro-orm/postgresql';
import { hashPassword } from '../../accounts/passwords/password.js';
import { InputCheck } from '../../common/input-check.js';
import { EmailAddress } from '../../graphql/scalars.js';
import { type AccountFields, checkAccountFields, checkNewAccount, takenError } from '../../accounts/users/account.js';
import { BuiltInRole, Role } from '../../accounts/roles/role.entity.js';
import { User } from '../../accounts/users/user.entity.js';
import { type CommandContext, defineCommand, required, UsageError } from '../command.js';
import { withDatabase } from '../database.js';
import { readNewPassword } from '../password-input.js';

export const createAdmin = defineCommand({
  name: 'create-admin',
  summary: 'Makes an account with the built-in role admin.',
  arguments: [],
  options: {
    email: { type: 'string', value: 'ADDRESS', help: 'Required.' },
    username: { type: 'string', value: 'NAME', help: "Required: 3 to 30 of a-z, 0-9, '_', '-' and '.'." },
    'first-name': { type: 'string', value: 'TEXT', help: 'Default: the username.' },
    'last-name': { type: 'string', value: 'TEXT', help: 'Default: none.' },
  },
  details:
    'The password is asked for twice, without echo. When standard input is not a terminal, its first line is the password.',
  async run(context, values) {
    const username = required(values, 'username');
    const fields: AccountFields = {
      email: parseEmail(required(values, 'email')),
      username,
      firstName: values['first-name'] ?? username,
      lastName: values['last-name'] ?? null,
    };
    // Before the question, so that nobody types a password in vain.
    const check = new InputCheck();
    checkAccountFields(check, fields);
    check.done();

    const password = await readNewPassword(context);
    const role = await withDatabase(context.env, async (orm) => makeAdministrator(context, orm, fields, password));
    context.stdout.write(`${username} was made, with the role ${role}.\n`);
  },
});

function parseEmail(text: string): string {
  try {
    return EmailAddress.parseValue(text);
  } catch (cause) {
    throw new UsageError(`--email: "${text}" is not an e-mail address.`, { cause });
  }
}

/** Gives the role's name. @throws UserInputError for what is wrong with the fields */
async function makeAdministrator(
  { clock }: CommandContext,
  orm: MikroORM,
  given: AccountFields,
  password: string,
): Promise<string> {
  const em = orm.em.fork();
  const fields = await checkNewAccount(em, { ...given, password });
  const role = await em.findOneOrFail(Role, { builtIn: BuiltInRole.ADMIN });
  em.create(User, {
    ...fields,
    passwordHash: await hashPassword(password),
    role: ref(role),
    createdAt: clock.now(),
  });
  try {
    await em.flush();
  } catch (error) {
    throw takenError(error) ?? error;
  }
  return role.name;
}
