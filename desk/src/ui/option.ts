import { type ReactNode } from 'react';

export interface Option<Id extends string = string> {
  readonly id: Id;
  readonly label: string;
  readonly icon?: ReactNode;
  readonly hint?: string;
}

/** All options, or a search for them. */
export type Options<Id extends string> = readonly Option<Id>[] | ((search: string) => Promise<readonly Option<Id>[]>);
