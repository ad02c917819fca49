import { validate, v7 } from 'uuid';

/** A new id: UUID version 7, so that rows made later sort later. */
export function newId(): string {
  return v7();
}

/** Whether PostgreSQL would take the text as a uuid. Asked before any id from outside reaches a statement. */
export function isId(text: string): boolean {
  return validate(text);
}
