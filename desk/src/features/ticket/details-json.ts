type Details = { [name: string]: unknown };

type Parsed =
  | { readonly ok: true; readonly details: Details | null }
  | { readonly ok: false; readonly message: string };

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** A double holds every number of so many digits. */
const EXACT_DIGITS = 15;

/** A number in JSON that JavaScript would change; the API would never see what was typed. */
function inexactNumber(json: string): string | undefined {
  const numbers = [...json.matchAll(STRING_OR_NUMBER)]
    .map(([token]) => token)
    .filter((token) => !token.startsWith('"'));
  return numbers.find((written) => {
    const value = Number(written);
    if (String(value) === written) return false;
    const [mantissa = ''] = written.split(/[eE]/);
    const digits = mantissa.replaceAll(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '');
    return !Number.isFinite(value) || digits.length > EXACT_DIGITS || (value === 0 && digits !== '');
  });
}

/** Details as they are edited. Nothing at all takes them away. */
export function parseDetails(text: string): Parsed {
  if (text.trim() === '') return { ok: true, details: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, message: `This is no JSON: ${error instanceof Error ? error.message : ''}` };
  }
  if (!isObject(value)) {
    return { ok: false, message: 'Details are a JSON object: { "name": "value" }.' };
  }
  const inexact = inexactNumber(text);
  if (inexact !== undefined) {
    return { ok: false, message: `${inexact} has more digits than can be kept. Write it as a text: "${inexact}".` };
  }
  return { ok: true, details: value };
}

function isObject(value: unknown): value is Details {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function writtenDetails(details: Details | null | undefined): string {
  return details == null ? '' : JSON.stringify(details, null, 2);
}

/** A member as people read it: texts as they are, everything else as JSON. */
export function memberText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
