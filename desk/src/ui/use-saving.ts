import { type FieldErrors, type Result } from '@docket/client';
import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { explain } from '../app/api.js';

interface Saving {
  readonly form: RefObject<HTMLFormElement | null>;
  readonly busy: boolean;
  /** Messages about faults, by the names of fields; those about the whole form under ''. */
  readonly errors: FieldErrors;
  /** Sends, unless that is under way already. Calls `done` when the change was made, and otherwise sets `errors`. */
  readonly save: <Value>(send: () => Promise<Result<Value>>, done: (value: Value) => void) => Promise<void>;
  /** For `<form onSubmit>`: as `save`, unless the browser finds a wrong e-mail address, which it shows at its field. */
  readonly submit: <Value>(
    event: FormEvent<HTMLFormElement>,
    send: () => Promise<Result<Value>>,
    done: (value: Value) => void,
  ) => Promise<void>;
}

/**
 * The API takes the e-mail addresses that browsers take. It refuses a request with another one as a whole, without
 * naming the field, so they are checked here.
 */
function wrongAddresses(form: HTMLFormElement): FieldErrors {
  const addresses = [...form.elements].filter(
    (element): element is HTMLInputElement => element instanceof HTMLInputElement && element.type === 'email',
  );
  return Object.fromEntries(
    addresses
      .filter(({ value, validity }) => value.trim() === '' || validity.typeMismatch)
      .map(({ name }) => [name, 'This is not an e-mail address. One looks like name@example.com.']),
  );
}

/** Sends a form once at a time, and puts the focus on what is wrong with it. */
export function useSaving(): Saving {
  const form = useRef<HTMLFormElement>(null);
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<FieldErrors>({});
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [errors]);

  const save: Saving['save'] = async (send, done) => {
    // A second click may come before the button is disabled.
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setErrors({});
    try {
      const result = await send();
      if (result.ok) done(result.value);
      else setErrors(result.fields);
    } catch (failure) {
      setErrors({ '': explain(failure) });
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  const submit: Saving['submit'] = async (event, send, done) => {
    event.preventDefault();
    const wrong = wrongAddresses(event.currentTarget);
    if (Object.keys(wrong).length > 0) setErrors(wrong);
    else await save(send, done);
  };
  return { form, busy, errors, save, submit };
}

/** Errors that no field of the form shows. */
export function otherErrors(errors: FieldErrors, shown: readonly string[]): string {
  return Object.entries(errors)
    .filter(([name]) => !shown.includes(name))
    .map(([, message]) => message)
    .join(' ');
}
