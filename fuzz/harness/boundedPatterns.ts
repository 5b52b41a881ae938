import { IS } from '#product/context/redaction/passwords.js';
import type { Pattern } from './patterns.js';

/** Longer than any setting, file name or sentence of ours. */
const OWN_TEXT = 2_000;

/**
 * Patterns whose time grows with the square of the text, and the longest text that each of them sees: because it is
 * cut or refused before, or because it is ours.
 */
const BOUNDED: readonly { file: string; source: string; longest: number; because: string }[] = [
  ...[
    ['effectiveSettings.ts', '\\/\\/[^,]*@'],
    ['settingKinds.ts', '\\/+$'],
    ['genesys/endpoints.ts', '\\/+$'],
    ['policy/quietSetting.ts', '#.*$'],
  ].map(([file = '', source = '']) => ({
    file,
    source,
    longest: OWN_TEXT,
    because: 'a setting, or a line of a file that a setting names',
  })),
  {
    file: 'context/redaction/oneTimeCodes.ts',
    source: `${IS}\\s*(?:the|der|die|das|le|la|el|il|:)?\\s*$`,
    longest: 45,
    because: 'it sees what stands between a name and a number, which NAMED keeps as short',
  },
  {
    file: 'notification/phoneNumber.ts',
    source: '\\b(?:ext(?:ension|n)?|anexo|doboch?)\\b.*$',
    longest: 400,
    because: 'longer numbers are refused before; NFKC may make four signs of one',
  },
  {
    file: 'ops/logger.ts',
    source: '\\(?file:\\/\\/.*\\/(src|dist)\\/',
    longest: OWN_TEXT,
    because: 'a frame of a stack',
  },
  {
    file: 'people/passwordHash.ts',
    source: '=+$',
    longest: 100,
    because: 'Base64 of a hash that was computed here',
  },
  {
    file: 'queue/flowStatus.ts',
    source: '\\.*$',
    longest: OWN_TEXT,
    because: 'a sentence of a worker',
  },
  {
    file: 'templates/variableKind.ts',
    source: '\\.?0+$',
    longest: 100,
    because: 'LONGEST_NUMBER is asked before',
  },
  {
    file: 'worker/circuitBreaker.ts',
    source: '[A-Za-z]+(?::[A-Za-z]+)+',
    longest: 4_000,
    because: 'at most 20 permissions, each cut to 191 letters',
  },
  {
    file: 'cli/campaign/describe.ts',
    source: ' \\(.*?\\)',
    longest: OWN_TEXT,
    because: 'a line of counts',
  },
];

/** Files that make patterns while the product works: of what, so that none of them needs to be tried. */
export const MADE_LATER: Readonly<Record<string, string>> = {
  'api/route.ts':
    'of the paths of the routes, for the path of a request of at most 16 KB; no part repeats another',
  'campaign/import/csv.ts': 'a class of three signs',
  'dashboard/people/loginSessions.ts': 'of the name of a cookie, for a header of at most 16 KB',
  'dashboard/people/ssoRoutes.ts': 'of the name of a cookie, for a header of at most 16 KB',
  'doctor/redis.ts': 'of the name of a field, for what Redis says of itself',
  'redis/serverInfo.ts': 'of the name of a field, for what Redis says of itself',
  'templates/lint.ts': 'of the name of a variable, for a part of a template of at most 64 KB',
};

/** The longest text that a pattern ever sees, where that is less than a megabyte. */
export function boundOf({ file, source }: Pattern): number | undefined {
  return BOUNDED.find((each) => each.file === file && each.source === source)?.longest;
}

/** Entries of the list that name no pattern any more. */
export function outdatedBounds(patterns: readonly Pattern[]): string[] {
  return BOUNDED.filter(
    ({ file, source }) => !patterns.some((each) => each.file === file && each.source === source),
  ).map(({ file, source }) => `${file}: ${source}`);
}
