import { BadInputError } from '../common/errors.js';
import { characters } from '../common/input-check.js';
import { DEFAULT_SIMILAR_TICKETS, MAX_SIMILAR_TICKETS, type SimilarTicketsInput } from './similar-ticket.inputs.js';

/** docs/behaviour.md, "How similar tickets are found". */
const TITLE_LENGTH = 200;
const DESCRIPTION_LENGTH = 10_000;

/**
 * How many to show; the default if the client does not say.
 * @throws BAD_USER_INPUT unless it is 1 to 10
 */
export function checkedNumber(first: number | null | undefined): number {
  if (first != null && (first < 1 || first > MAX_SIMILAR_TICKETS)) {
    throw new BadInputError(`first must be from 1 to ${MAX_SIMILAR_TICKETS}, not ${first}.`);
  }
  return first ?? DEFAULT_SIMILAR_TICKETS;
}

function checked(field: string, text: string, most: number): string {
  const trimmed = text.trim();
  if (trimmed.includes('\0') || !trimmed.isWellFormed()) {
    throw new BadInputError(`${field} holds a character that cannot be stored. Take it out.`);
  }
  if (characters(trimmed) > most) {
    throw new BadInputError(`${field} must have at most ${most.toLocaleString('en')} characters.`);
  }
  return trimmed;
}

/**
 * The texts as a ticket would hold them. Either may be empty: clients ask while people type.
 * @throws BAD_USER_INPUT for what no ticket could hold
 */
export function checkedText({ title, description }: SimilarTicketsInput): { title: string; description: string } {
  return {
    title: checked('title', title, TITLE_LENGTH),
    description: checked('description', description ?? '', DESCRIPTION_LENGTH),
  };
}
