import { mayBeReached } from '../../notification/channelFacts.js';
import type { CountryCode } from '../../notification/phoneNumber.js';
import { readRecipient, recipientSchema } from '../../notification/recipient.js';
import { ADDRESS_FIELDS, type AddressField } from '../../notification/recipientAddress.js';
import { type FieldProblem, parseRequest } from '../../notification/request.js';
import type { Channel } from '../../notification/state.js';
import { type TemplateEntry, templateProblems } from '../../templates/catalogue.js';
import { checkVariables } from '../../templates/manifest.js';
import type { Campaign, Row } from '../campaign.js';
import type { Candidate } from './candidate.js';

/** The channels that a campaign may use, as far as its template has parts for them. */
export function channelsOf(
  { defaults }: Pick<Campaign, 'defaults'>,
  { channels, defaultChannels }: Pick<TemplateEntry, 'channels' | 'defaultChannels'>,
): readonly Channel[] {
  return (defaults.channels ?? defaultChannels).filter((channel) => channels.includes(channel));
}

const ANY_ROW: Row = { recipient: { email: 'customer@example.com' } };

/** A character takes at most so many bytes of JSON. */
const BYTES_PER_CHAR = 6;
const FEW_BYTES = 32 * 1024;

export type Judgement =
  /** `warnings` name addresses that cannot be used and are left out: another one reaches them. */
  | { ok: true; row: Row; warnings: readonly FieldProblem[] }
  | { ok: false; problems: FieldProblem[] };

const NO_WARNINGS: readonly FieldProblem[] = [];

const ADDRESS_BY_FIELD: ReadonlyMap<string, AddressField> = new Map(
  ADDRESS_FIELDS.map((field) => [`recipient.${field}`, field]),
);

/**
 * Judges rows exactly as acceptance judges the requests that are made of them. What all rows share is
 * judged once. Of a row, only the recipient and what the template says of its variables, which is
 * stricter than what the request's schema says of them; the whole request only when that is found
 * wrong, or is so long that the request's size matters.
 */
export class RowValidator {
  readonly #shared: object;
  /** The campaign's own variables, checked when it was made; a row's go before them. */
  readonly #given: NonNullable<Row['variables']>;
  readonly #hasGiven: boolean;
  readonly #sharedChars: number;
  readonly #entry: TemplateEntry;
  readonly #now: number;
  readonly #country: CountryCode | undefined;
  readonly #channels: readonly Channel[];

  constructor(campaign: Campaign, entry: TemplateEntry, now: number, country?: CountryCode) {
    const { id, template, defaults } = campaign;
    const { variables = {}, ...shared } = defaults;
    this.#shared = { ...shared, template, campaignId: id, priority: 'campaign' };
    this.#given = variables;
    this.#hasGiven = Object.keys(variables).length > 0;
    this.#sharedChars = JSON.stringify({ ...this.#shared, variables }).length;
    this.#entry = entry;
    this.#now = now;
    this.#country = country;
    this.#channels = channelsOf(campaign, entry);
  }

  /** What is wrong for every recipient: the campaign's own settings. */
  problemsOfAll(): FieldProblem[] {
    const parsed = parseRequest({ ...this.#shared, ...ANY_ROW }, this.#now);
    if (!parsed.ok) return parsed.problems;
    const manifest = { ...this.#entry.manifest, variables: {} };
    return templateProblems(parsed.request, { ...this.#entry, manifest });
  }

  /**
   * An address that cannot be used does not cost a recipient the message, as long as a channel of the
   * campaign is left: columns that the campaign does not use hold what people once typed.
   */
  validate(candidate: Candidate): Judgement {
    const judgement = this.#judgeWhole(candidate);
    if (judgement.ok) return judgement;
    const { problems } = judgement;
    const warnings = problems.filter(({ field }) => ADDRESS_BY_FIELD.has(field));
    if (warnings.length === 0) return judgement;
    const without = this.#judgeWhole(withoutAddresses(candidate, warnings));
    if (!without.ok || !mayBeReached(this.#channels, without.row.recipient)) {
      return { ok: false, problems: this.#decisive(problems) };
    }
    return { ...without, warnings };
  }

  /** Without addresses that no channel of the campaign uses: to correct them would not help. */
  #decisive(problems: FieldProblem[]): FieldProblem[] {
    const decisive = problems.filter(({ field }) => {
      const address = ADDRESS_BY_FIELD.get(field);
      return address === undefined || mayBeReached(this.#channels, { [address]: 'any' });
    });
    if (decisive.length > 0) return decisive;
    const expected = `an address for the channels of the campaign: ${this.#channels.join(', ')}`;
    return [{ field: 'recipient', expected }];
  }

  #judgeWhole(candidate: Candidate): Judgement {
    const variables = this.#variablesOf(candidate);
    const ofVariables = this.#variableProblems(variables);
    const read = readRecipient(candidate.recipient, this.#country);
    const row = { ...candidate, recipient: read.recipient } as Row;
    const isWell =
      ofVariables.length === 0 &&
      read.problems.length === 0 &&
      this.#isSmall(candidate) &&
      recipientSchema.safeParse(candidate.recipient).success;
    if (isWell) return { ok: true, row, warnings: NO_WARNINGS };
    const problems = this.#requestProblems({ ...candidate, variables });
    const named = new Set(problems.map(({ field }) => field));
    problems.push(...ofVariables.filter(({ field }) => !named.has(field)));
    if (problems.length > 0) return { ok: false, problems };
    return { ok: true, row, warnings: NO_WARNINGS };
  }

  /** What the row and the campaign give together; as the row has it, where that is no group of values. */
  #variablesOf({ variables }: Candidate): unknown {
    if (variables === undefined) return this.#given;
    if (typeof variables !== 'object' || Array.isArray(variables)) return variables;
    return variables === null || !this.#hasGiven ? variables : { ...this.#given, ...variables };
  }

  #requestProblems(candidate: Candidate): FieldProblem[] {
    const parsed = parseRequest({ ...this.#shared, ...candidate }, this.#now, this.#country);
    return parsed.ok ? [] : parsed.problems;
  }

  #variableProblems(variables: unknown): FieldProblem[] {
    if (typeof variables !== 'object' || variables === null) return [];
    return checkVariables(this.#entry.manifest, variables as Record<string, unknown>);
  }

  #isSmall({ recipient, variables = {} }: Candidate): boolean {
    const chars = charsOf(recipient) + charsOf(variables);
    return (this.#sharedChars + chars) * BYTES_PER_CHAR < FEW_BYTES;
  }
}

function withoutAddresses(candidate: Candidate, unusable: readonly FieldProblem[]): Candidate {
  const recipient = { ...(candidate.recipient as Record<string, unknown>) };
  for (const { field } of unusable) {
    const address = ADDRESS_BY_FIELD.get(field);
    if (address !== undefined) delete recipient[address];
  }
  return { ...candidate, recipient };
}

/** At least as many as JSON has for it, escapes aside; infinite for what is not flat. */
function charsOf(values: unknown): number {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    return Number.POSITIVE_INFINITY;
  }
  let chars = 2;
  for (const name in values) {
    const value = (values as Record<string, unknown>)[name];
    if (typeof value === 'object') return Number.POSITIVE_INFINITY;
    chars += name.length + 6 + (typeof value === 'string' ? value.length : 25);
  }
  return chars;
}
