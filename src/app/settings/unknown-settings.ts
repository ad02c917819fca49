import { nearestName } from '../../common/nearest-name.js';
import { variables } from './variables.js';

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(variables.shape);

/** Prefixes of Docket's settings, which no other program uses. */
const OUR_PREFIXES = /^(ADMIN|ASSIGN_REPORT|DATABASE|DOCKET|EMAIL|JOBS|JWT|REPORT_SCHEDULE)_/;
/** Minimum length for a suggestion: a short name such as HOME resembles too many. */
const MIN_TYPED_NAME_LENGTH = 7;
const MAX_TYPING_ERRORS = 2;

/**
 * Warnings about variables that resemble settings, with the name that may be meant: a mistyped setting would silently
 * keep its default.
 */
export function unknownSettings(source: NodeJS.ProcessEnv): string[] {
  return Object.keys(source).flatMap((name) => {
    if (settingNames.includes(name)) return [];
    const mistyped =
      name.length < MIN_TYPED_NAME_LENGTH ? undefined : nearestName(name, settingNames, MAX_TYPING_ERRORS);
    if (mistyped === undefined && !OUR_PREFIXES.test(name)) return [];
    const [prefix = ''] = name.split('_', 1);
    const kin = settingNames.filter((known) => known.startsWith(`${prefix}_`));
    const lastWord = name.slice(name.lastIndexOf('_'));
    const meant = mistyped ?? kin.find((known) => known.endsWith(lastWord)) ?? nearestName(name, kin, name.length);
    return [`${name} is no setting of Docket and is not read.${meant === undefined ? '' : ` Is ${meant} meant?`}`];
  });
}
