/** Letters of UTF-8 beyond ASCII. */
const SOUND = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;

/** U+FFFD itself, written as UTF-8: the letter was lost before the file was made. */
const LOST_BEFORE = '\xef\xbf\xbd';

/** Letters and the usual signs (€ … ‘ ’ “ ” • – —) of Windows-1252, which Excel calls "CSV" or "ANSI". */
const WINDOWS_1252 = /^[\x80\x82\x84\x85\x8a\x8c\x8e\x91-\x97\x99\x9a\x9c\x9e\xa0-\xff]*$/;

/** ä, ö, ü, é of the code page of DOS where Windows-1252 has quotes, between letters. */
const DOS = /[a-z][\x81\x82\x84\x94][a-z]/i;

const SAVE = 'save it as "CSV UTF-8"';

/**
 * What was expected of a text with letters that no UTF-8 decoder can read: in which encoding its bytes
 * seem to be, and what to do. Undefined when they were lost before.
 */
export function lettersExpected(bytes: Buffer): string | undefined {
  const written = bytes.toString('latin1');
  const strange = written.replace(SOUND, '').replace(/\p{ASCII}+/gu, '');
  if (strange === '') return written.includes(LOST_BEFORE) ? LOST : undefined;
  if (DOS.test(written)) {
    return `readable letters; the file seems to be in a code page of DOS (850), not in UTF-8: ${SAVE}`;
  }
  if (WINDOWS_1252.test(strange)) {
    return `readable letters; the file seems to be in Windows-1252 (ANSI), not in UTF-8: ${SAVE}, or import it with the encoding windows-1252`;
  }
  return `readable letters; the file is not in UTF-8: ${SAVE}`;
}

const LOST =
  'readable letters; they were lost before this file was written: export it again as "CSV UTF-8"';
