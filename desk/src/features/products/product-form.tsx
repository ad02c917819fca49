import { type Result } from '@docket/client';
import { useState } from 'react';
import { type CreateProductInput, type ProductRowFragment } from '../../generated/graphql.js';
import { EmailField } from '../../ui/email-field.js';
import { FormError, TextField } from '../../ui/field.js';
import { PickerField } from '../../ui/picker-field.js';
import { otherErrors, useSaving } from '../../ui/use-saving.js';
import { productTypeLabel, TYPE_OPTIONS } from './product-types.js';

interface ProductFormProps {
  readonly saved: CreateProductInput;
  readonly action: string;
  readonly send: (changed: Partial<CreateProductInput>, all: CreateProductInput) => Promise<Result<ProductRowFragment>>;
  readonly onSaved: (product: ProductRowFragment) => void;
}

/** Only what was changed is sent of a product that is there, so that others' changes of the rest stay. */
export function ProductForm({ saved, action, send, onSaved }: ProductFormProps) {
  const [changed, setChanged] = useState<Partial<CreateProductInput>>({});
  const { form, busy, errors, submit } = useSaving();
  const { name, ownerEmail, type } = { ...saved, ...changed };
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) =>
        void submit(
          event,
          async () => send(changed, { name, ownerEmail, type }),
          (product) => {
            setChanged({});
            onSaved(product);
          },
        )
      }
    >
      <TextField
        label="Name"
        name="name"
        autoComplete="off"
        dir="auto"
        hint="3 to 100 characters"
        readOnly={busy}
        value={name}
        error={errors['name']}
        onChange={(event) => setChanged({ ...changed, name: event.target.value })}
      />
      <PickerField
        label="Serves"
        options={TYPE_OPTIONS}
        selected={[type]}
        value={productTypeLabel(type)}
        error={errors['type']}
        onPick={(id) => setChanged({ ...changed, type: id })}
      />
      <EmailField
        label="Owner's e-mail"
        name="ownerEmail"
        hint="Hears of new tickets about it that nobody is assigned to, if it is the address of an account"
        readOnly={busy}
        value={ownerEmail}
        error={errors['ownerEmail']}
        onChange={({ target }) => setChanged({ ...changed, ownerEmail: target.value })}
      />
      <FormError>{otherErrors(errors, ['name', 'type', 'ownerEmail'])}</FormError>
      <button type="submit" className="button primary" disabled={busy || Object.keys(changed).length === 0}>
        {action}
      </button>
    </form>
  );
}
