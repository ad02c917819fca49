import { type ReactNode, useState } from 'react';
import { session } from '../../app/api.js';
import { type DemoPerson, settings } from '../../app/settings.js';
import { Avatar } from '../../ui/avatar.js';
import { FormError, TextField } from '../../ui/field.js';
import { Icon } from '../../ui/icon.js';
import { lastNameOf, NameFields } from '../../ui/name-fields.js';
import { useForm } from '../../ui/use-form.js';
import './sign-in.css';

type Form = 'sign-in' | 'sign-up' | 'forgotten';

export function SignIn({ ended }: { ended: boolean }) {
  const [form, setForm] = useState<Form>('sign-in');
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <p className="logo">
          <Icon name="logo" /> Docket
        </p>
        {form === 'sign-in' && <SignInForm ended={ended} onForm={setForm} />}
        {form === 'sign-up' && <SignUpForm onForm={setForm} />}
        {form === 'forgotten' && <ForgottenForm onForm={setForm} />}
      </div>
    </main>
  );
}

function SignInForm({ ended, onForm }: { ended: boolean; onForm: (form: Form) => void }) {
  const { field, otherError, busy, form } = useForm({
    initial: { login: '', password: '' },
    send: async ({ login, password }) => session.signIn(login, password),
  });
  return (
    <>
      <h1>Sign in</h1>
      {ended && <p className="notice">Your session has ended. Sign in again: what you were writing is still there.</p>}
      <form {...form}>
        <TextField
          label="Username or e-mail"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          {...field('login')}
        />
        <TextField label="Password" type="password" autoComplete="current-password" {...field('password')} />
        <FormError>{otherError}</FormError>
        <button type="submit" className="button primary wide" disabled={busy}>
          Sign in
        </button>
      </form>
      <div className="sign-in-links">
        <button type="button" className="link" onClick={() => onForm('forgotten')}>
          Forgotten your password?
        </button>
        {settings.signUp && (
          <button type="button" className="link" onClick={() => onForm('sign-up')}>
            Create an account
          </button>
        )}
      </div>
      {settings.demo && <DemoPeople password={settings.demo.password} people={settings.demo.people} />}
    </>
  );
}

const WHAT_ROLES_DO: Readonly<Record<string, string>> = {
  admin: 'sees and manages everything',
  tech: 'works on tickets',
  user: 'reports tickets',
};

function DemoPeople({ password, people }: { password: string; people: readonly DemoPerson[] }) {
  return (
    <section className="demo" aria-labelledby="demo-title">
      <h2 id="demo-title">Or look around as one of the demo people</h2>
      <ul>
        {people.map((person) => (
          <li key={person.username}>
            <DemoButton person={person} password={password} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function DemoButton({ person: { username, name, role }, password }: { person: DemoPerson; password: string }) {
  const { otherError, busy, send } = useForm({ initial: {}, send: async () => session.signIn(username, password) });
  return (
    <>
      <button type="button" className="demo-person" disabled={busy} onClick={() => void send()}>
        <Avatar name={name} />
        <span>
          <strong>{name}</strong> {WHAT_ROLES_DO[role] ?? role}
        </span>
      </button>
      <FormError>{otherError}</FormError>
    </>
  );
}

function BackToSignIn({ onForm, children }: { onForm: (form: Form) => void; children: ReactNode }) {
  return (
    <div className="sign-in-links">
      <button type="button" className="link" onClick={() => onForm('sign-in')}>
        {children}
      </button>
    </div>
  );
}

function SignUpForm({ onForm }: { onForm: (form: Form) => void }) {
  const { field, otherError, busy, form } = useForm({
    initial: { firstName: '', lastName: '', username: '', email: '', password: '' },
    send: async (values) => session.signUp({ ...values, lastName: lastNameOf(values.lastName) }),
  });
  return (
    <>
      <h1>Create an account</h1>
      <form {...form}>
        <NameFields isOwn field={field} />
        <TextField label="E-mail" type="email" autoComplete="email" {...field('email')} />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          hint="At least 8 characters"
          {...field('password')}
        />
        <FormError>{otherError}</FormError>
        <button type="submit" className="button primary wide" disabled={busy}>
          Create the account
        </button>
      </form>
      <BackToSignIn onForm={onForm}>I have an account</BackToSignIn>
    </>
  );
}

function ForgottenForm({ onForm }: { onForm: (form: Form) => void }) {
  const [sentTo, setSentTo] = useState<string | null>(null);
  const { values, field, otherError, busy, form } = useForm({
    initial: { email: '' },
    send: async ({ email }) => session.requestPasswordReset(email.trim()),
    onDone: () => setSentTo(values.email.trim()),
  });
  return (
    <>
      <h1>New password</h1>
      {sentTo !== null ? (
        <p className="notice" role="status">
          If there is an account with {sentTo}, a mail with a link for a new password is on its way to it. The link
          works for an hour.
        </p>
      ) : (
        <form {...form}>
          <TextField label="E-mail of your account" type="email" autoComplete="email" {...field('email')} />
          <FormError>{otherError}</FormError>
          <button type="submit" className="button primary wide" disabled={busy}>
            Send me a link
          </button>
        </form>
      )}
      <BackToSignIn onForm={onForm}>Back to sign in</BackToSignIn>
    </>
  );
}
