import { type FieldErrors, type Result } from '@docket/client';
import { type ChangeEvent, type FormEvent, useState } from 'react';
import { explain } from '../app/api.js';

interface FormOptions<Name extends string, Value> {
  readonly initial: Readonly<Record<Name, string>>;
  readonly send: (values: Readonly<Record<Name, string>>) => Promise<Result<Value>>;
  readonly onDone?: (value: Value) => void;
}

/** The text fields of a form and how it is sent: once at a time, and each message of the server beside its field. */
export function useForm<Name extends string, Value>({ initial, send, onDone }: FormOptions<Name, Value>) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<FieldErrors>({});
  const [busy, setBusy] = useState(false);

  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    if (busy) return;
    setBusy(true);
    setErrors({});
    try {
      const result = await send(values);
      if (result.ok) onDone?.(result.value);
      else setErrors(result.fields);
    } catch (failure) {
      setErrors({ '': explain(failure) });
    } finally {
      setBusy(false);
    }
  };

  return {
    values,
    errors,
    /** What is said of the form as a whole, and of fields that it does not show. */
    otherError: Object.entries(errors)
      .filter(([name]) => !(name in initial))
      .map(([, message]) => message)
      .join(' '),
    busy,
    submit,
    reset: () => {
      setValues(initial);
      setErrors({});
    },
    /** The properties of the field of this name. */
    field: (name: Name) => ({
      name,
      value: values[name],
      error: errors[name],
      onChange: ({ target }: ChangeEvent<HTMLInputElement>) => setValues((all) => ({ ...all, [name]: target.value })),
    }),
  };
}
