import { trimmedText } from '../../notification/damagedText.js';
import { readEmail } from '../../notification/emailAddress.js';
import { readPhone } from '../../notification/phoneNumber.js';
import { addressLike, folded } from './columnNames.js';
import type { ColumnSuggestion, FileProblem } from './unusableFile.js';

const NAMES_SHOWN = 20;
export const NAME_CHARS_SHOWN = 64;

const ADDRESS_EXPECTED = 'a column named email, externalContactId or phone';

/** What is wrong with a header that names no address, and which column seems to hold one. */
export function missingAddress(
  names: readonly string[],
  sample: readonly string[] | undefined,
): FileProblem {
  // Without a header the first row is a recipient, and must not be repeated.
  if (names.some((name) => /@|\d{5}/.test(name))) {
    const seems = 'the first row has to name the columns, and here it seems to be a recipient';
    return { expected: `${ADDRESS_EXPECTED}; ${seems}` };
  }
  const suggestion = suggestedAddress(names, sample);
  const proposed = suggestion === undefined ? {} : { suggestion };
  if (names.some((name) => name.includes('\ufffd'))) {
    const lost = 'the first row cannot be read: save the file as "CSV UTF-8"';
    return { expected: `${ADDRESS_EXPECTED}; ${lost}`, ...proposed };
  }
  return { expected: `${ADDRESS_EXPECTED}; ${namesFound(names)}`, ...proposed };
}

export function namesFound(names: readonly string[]): string {
  const named = names.filter((name) => name !== '');
  const shown = named.slice(0, NAMES_SHOWN).map((name) => name.slice(0, NAME_CHARS_SHOWN));
  const more = named.length > NAMES_SHOWN ? ', …' : '';
  return `found: ${shown.join(', ')}${more}`;
}

/** By what stands in the first row; else by the name. The cell itself is never repeated. */
function suggestedAddress(
  names: readonly string[],
  sample: readonly string[] = [],
): ColumnSuggestion | undefined {
  const byEmail = names.findIndex((_name, at) => readEmail(trimmedText(sample[at] ?? '')).ok);
  const email = suggest(names[byEmail], 'email');
  if (email !== undefined) return email;
  const like = names.map((name) => ({ name, as: addressLike(folded(name)) }));
  const named = (as: 'email' | 'phone') => suggest(like.find((one) => one.as === as)?.name, as);
  const byPhone = names.findIndex((_name, at) => readPhone(trimmedText(sample[at] ?? '')).ok);
  return named('email') ?? suggest(names[byPhone], 'phone') ?? named('phone');
}

function suggest(column: string | undefined, as: string): ColumnSuggestion | undefined {
  return column === undefined || column === '' ? undefined : { column, as };
}
