import { type Result } from '@docket/client';
import { type ChangeEvent, type FormEvent, useState } from 'react';
import { otherErrors, useSaving } from './use-saving.js';

interface FormOptions<Name extends string, Value> {
  readonly initial: Readonly<Record<Name, string>>;
  readonly send: (values: Readonly<Record<Name, string>>) => Promise<Result<Value>>;
  readonly onDone?: (value: Value) => void;
}

/** A form of text fields, each with what the server says of it. */
export function useForm<Name extends string, Value>({ initial, send, onDone }: FormOptions<Name, Value>) {
  const { form, busy, errors, save, submit } = useSaving();
  const [values, setValues] = useState(initial);
  const done = (value: Value) => onDone?.(value);
  return {
    values,
    busy,
    /** What is said of the form as a whole, and of fields that it does not show. */
    otherError: otherErrors(errors, Object.keys(initial)),
    /** The properties of the form. */
    form: {
      ref: form,
      noValidate: true,
      onSubmit: (event: FormEvent<HTMLFormElement>) => void submit(event, async () => send(values), done),
    },
    /** The properties of the field of this name. */
    field: (name: Name) => ({
      name,
      value: values[name],
      // What is typed after it was sent would be lost.
      readOnly: busy,
      error: errors[name],
      onChange: ({ target }: ChangeEvent<HTMLInputElement>) => setValues((all) => ({ ...all, [name]: target.value })),
    }),
    send: async () => save(async () => send(values), done),
    change: (part: Partial<Record<Name, string>>) => setValues((all) => ({ ...all, ...part })),
    reset: () => setValues(initial),
  };
}
