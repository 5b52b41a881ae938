import { noUnsubscribeReason } from '../../campaign/campaignRequest.js';
import { readChoice } from '../../campaign/import/columnChoices.js';
import { ENCODING_EXPECTED, encodingNamed } from '../../campaign/import/fileText.js';
import type { ImportOptions } from '../../campaign/import/importRows.js';
import type { ColumnSuggestion } from '../../campaign/import/unusableFile.js';
import type { FieldProblem } from '../../notification/request.js';
import { splitVariable } from '../send/options.js';

/** As the command line was written. */
export interface RunOptions {
  template?: string;
  name?: string;
  id?: string;
  channels?: string;
  var?: string[];
  history: boolean;
  format?: 'csv' | 'ndjson';
  map?: string[];
  ignore?: string[];
  encoding?: string;
  acceptRejected?: boolean;
  /** The reason of --no-unsubscribe; true where it was not given. */
  unsubscribe: string | true;
  prefetch?: 'auto' | 'off';
  dryRun?: boolean;
  sample?: number;
  startAt?: string;
  endAt?: string;
  yes?: boolean;
  json?: boolean;
}

/** The campaign these options ask for, not yet checked: what is wrong with it, its schema says. */
export function campaignRequestFrom(options: RunOptions): Record<string, unknown> {
  const { template, name, id, channels, endAt, history, prefetch } = options;
  const variables = (options.var ?? []).map(splitVariable).filter((pair) => pair !== undefined);
  return {
    id,
    name,
    template,
    channels: channels?.split(',').map((part) => part.trim()),
    variables: variables.length > 0 ? Object.fromEntries(variables) : undefined,
    history: history ? undefined : { required: false },
    endAt,
    prefetch,
  };
}

/** How the file is to be read. Only this import has it: the campaign stays the same without it. */
export function fileOptionsFrom({
  map = [],
  ignore = [],
  format,
  encoding,
}: RunOptions): Pick<ImportOptions, 'format' | 'encoding' | 'columns'> {
  const choices = map.map(readChoice).filter((choice) => choice.ok);
  const columns = {
    map: Object.fromEntries(choices.map(({ column, as }) => [column, as])),
    ignore,
  };
  return {
    columns,
    format,
    encoding,
  };
}

/** What the schema cannot see: options that never become a field. */
export function runOptionProblems({
  var: variables = [],
  map = [],
  encoding,
  sample,
  dryRun,
  unsubscribe,
}: RunOptions): FieldProblem[] {
  const problems = variables
    .filter((text) => splitVariable(text) === undefined)
    .map(() => ({ field: '--var', expected: 'name=value' }));
  for (const text of map) {
    const choice = readChoice(text);
    if (!choice.ok) problems.push({ field: '--map', expected: choice.expected });
  }
  if (encoding !== undefined && encodingNamed(encoding) === undefined) {
    problems.push({ field: '--encoding', expected: ENCODING_EXPECTED });
  }
  const why = readNoUnsubscribe(unsubscribe);
  if (!why.ok) problems.push({ field: '--no-unsubscribe', expected: why.expected });
  if (sample !== undefined && dryRun !== true) {
    problems.push({ field: '--sample', expected: 'to be given beside --dry-run' });
  }
  return problems;
}

/** `--no-unsubscribe REASON`, which a command line without it has as true. */
export function readNoUnsubscribe(
  given: string | true,
): { ok: true; reason?: string } | { ok: false; expected: string } {
  if (given === true) return { ok: true };
  const read = noUnsubscribeReason.safeParse(given);
  if (read.success) return { ok: true, reason: read.data };
  return { ok: false, expected: read.error.issues[0]?.message ?? 'a reason' };
}

const OPTION_OF_FIELD: Readonly<Record<string, string>> = {
  template: '--template',
  name: '--name',
  id: '--id',
  channels: '--channels',
  variables: '--var',
  startAt: '--start-at',
  endAt: '--end-at',
  history: '--no-history',
  prefetch: '--prefetch',
};

/** A field as the person who typed the command knows it. */
export function runOptionOf(field: string): string {
  return OPTION_OF_FIELD[field.split('.')[0] ?? ''] ?? field;
}

/** `spring.csv.gz` makes a campaign called spring. */
export function nameFrom(file: string): string {
  const base = file.split(/[/\\]/).at(-1) ?? '';
  const name = base.replace(/(\.(csv|tsv|txt|ndjson|jsonl|gz))+$/i, '');
  return name === '' || name === '-' ? 'standard input' : name;
}

/** The command as it was written, with columns mapped besides: to be copied. */
export function mappedRunCommand(
  file: string,
  options: RunOptions,
  suggestions: readonly ColumnSuggestion[],
): string {
  const { template, name, id, channels, history, format, encoding, sample, startAt, endAt } =
    options;
  const { prefetch, unsubscribe } = options;
  const given: [string, string | undefined][] = [
    ['--template', template],
    ['--name', name],
    ['--id', id],
    ['--channels', channels],
    ...(options.var ?? []).map((one): [string, string] => ['--var', one]),
    ['--format', format],
    ['--encoding', encoding],
    ...(options.map ?? []).map((one): [string, string] => ['--map', one]),
    ...(options.ignore ?? []).map((one): [string, string] => ['--ignore', one]),
    ...suggestions.map(({ column, as }): [string, string] => ['--map', `${column}=${as}`]),
    ['--sample', sample?.toString()],
    ['--start-at', startAt],
    ['--end-at', endAt],
    ['--prefetch', prefetch],
    ['--no-unsubscribe', unsubscribe === true ? undefined : unsubscribe],
  ];
  const words = given.flatMap(([option, value]) =>
    value === undefined ? [] : [option, quoted(value)],
  );
  const flags = [
    ...(history ? [] : ['--no-history']),
    ...(options.dryRun ? ['--dry-run'] : []),
    ...(options.yes ? ['--yes'] : []),
    ...(options.acceptRejected ? ['--accept-rejected'] : []),
    ...(options.json ? ['--json'] : []),
  ];
  return ['campaign run', quoted(file), ...words, ...flags].join(' ');
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `"${word.replace(/["$`\\]/g, '\\$&')}"`;
}
