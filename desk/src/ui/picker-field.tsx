import { useId } from 'react';
import { Icon } from './icon.js';
import { type Option } from './option.js';
import { Picker } from './picker.js';

interface PickerFieldProps<Id extends string> {
  readonly label: string;
  readonly options: readonly Option<Id>[];
  readonly selected: readonly Id[];
  /** What the button shows. */
  readonly value: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly onPick: (id: Id) => void;
}

/** A picker in a form, with its label above, and below what is wrong with it. */
export function PickerField<Id extends string>(props: PickerFieldProps<Id>) {
  const { label, options, selected, value, hint = '', error, onPick } = props;
  const id = useId();
  const described = [error !== undefined && `${id}-error`, hint !== '' && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className="field" role="group" aria-labelledby={`${id}-label`} aria-describedby={described || undefined}>
      <span id={`${id}-label`} className="field-label">
        {label}
      </span>
      <div>
        <Picker label={label} className="button" options={options} selected={selected} onPick={onPick}>
          <span className="clip" dir="auto">
            {value}
          </span>
          <Icon name="chevron" />
        </Picker>
      </div>
      {error !== undefined && (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error}
        </p>
      )}
      {hint !== '' && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
    </div>
  );
}
