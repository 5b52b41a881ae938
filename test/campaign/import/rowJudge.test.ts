import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Campaign, Row } from '../../../src/campaign/campaign.js';
import { rowRequest } from '../../../src/campaign/campaignRows.js';
import { RowValidator } from '../../../src/campaign/import/rowValidator.js';
import { newCampaign } from '../../../src/campaign/lifecycle.js';
import { parseRequest } from '../../../src/notification/request.js';
import { type TemplateEntry, templateProblems } from '../../../src/templates/catalogue.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');

const entry: TemplateEntry = {
  name: 'invitation',
  hash: 'hash',
  channels: ['web', 'email'],
  defaultChannels: ['web', 'email'],
  manifest: {
    description: 'an invitation',
    variables: {
      place: { required: true, description: 'where', example: 'here', maxLength: 40 },
      constructor: { required: false, description: 'who', example: 'they', maxLength: 2000 },
    },
  },
};

function campaignWith(defaults: Campaign['defaults'] = {}): Campaign {
  const input = { id: 'spring', name: 'Spring', template: 'invitation', templateHash: 'hash' };
  return newCampaign({ ...input, defaults }, NOW);
}

const judgeOf = (campaign: Campaign) => new RowValidator(campaign, entry, NOW);

const anything = fc.oneof(
  fc.constantFrom<unknown>('', 'ada@example.com', 'Ada', 'Europe/Berlin', '+15550100123', null),
  fc.constantFrom<unknown>('x'.repeat(2_001), 'ü'.repeat(41), 3, Number.POSITIVE_INFINITY, true),
  fc.constantFrom<unknown>([], {}, [[[]]], { a: { b: 1 } }, '\u0000', '🎈', 'a\nb'),
  fc.string({ maxLength: 70 }),
);
const name = fc.constantFrom('place', 'constructor', '__proto__', 'other', 'a b', 'toString');
const variables = fc.oneof(
  fc.dictionary(name, anything, { maxKeys: 3, noNullPrototype: true }),
  fc.constantFrom<unknown>([], 'text', 3, null),
);
const recipient = fc.oneof(
  fc.record(
    {
      email: fc.oneof(fc.emailAddress(), anything),
      externalContactId: fc.oneof(fc.uuid(), anything),
      phone: anything,
      name: anything,
      timeZone: anything,
      address: anything,
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
  fc.constantFrom<unknown>([], 'text', 3, null),
);
/** Right but for one value, and often not even for that. */
const nearlyRight = fc
  .tuple(
    fc.constantFrom('email', 'externalContactId', 'phone', 'name', 'timeZone', 'place', 'all'),
    fc.oneof(anything, fc.constant('x1')),
  )
  .map(([field, value]) => {
    const right = { email: 'ada@example.com', name: 'Ada', timeZone: 'Europe/Berlin' };
    if (field === 'all') return { recipient: right, variables: value };
    return field === 'place'
      ? { recipient: right, variables: { place: value } }
      : { recipient: { ...right, [field]: value }, variables: { place: 'here' } };
  });

/** As JSON and CSV give them: an own `__proto__`, nothing undefined. */
const candidate = fc
  .oneof(fc.record({ recipient, variables }, { requiredKeys: ['recipient'] }), nearlyRight)
  .map((value) => JSON.parse(JSON.stringify(value)) as { recipient: unknown });

/** What is released of a row; of variables that cannot be merged, what the row itself says. */
function requestOf(campaign: Campaign, row: { recipient: unknown; variables?: unknown }): unknown {
  const { variables } = row;
  const isGroup = typeof variables === 'object' && variables !== null && !Array.isArray(variables);
  const request = rowRequest(campaign, row as Row);
  return isGroup || variables === undefined ? request : { ...request, variables };
}

describe('the judge of rows', () => {
  test('finds wrong exactly what acceptance would, and lets through what it would', () => {
    const defaults = { channels: ['email' as const], metadata: { wave: 1 } };
    const campaigns = [defaults, { ...defaults, variables: { place: 'here' } }].map(campaignWith);
    let accepted = 0;
    fc.assert(
      fc.property(candidate, fc.constantFrom(...campaigns), (row, campaign) => {
        const request = requestOf(campaign, row);
        const judgement = judgeOf(campaign).validate(row);
        const parsed = parseRequest(request, NOW);
        const problems = parsed.ok ? templateProblems(parsed.request, entry) : parsed.problems;
        const warnings = judgement.ok ? judgement.warnings : [];
        const left = problems.filter(({ field }) => !warnings.some((one) => one.field === field));
        expect(judgement.ok).toBe(left.length === 0);
        // What acceptance is asked for later is what was found well.
        if (judgement.ok) {
          expect(parseRequest(requestOf(campaign, judgement.row), NOW).ok).toBe(true);
          accepted += 1;
        } else {
          // The campaign's only channel is email: other addresses are named only beside it.
          const ofUse = problems.filter(({ field }) => !/phone|externalContactId/.test(field));
          expect(judgement.problems).toEqual(expect.arrayContaining(ofUse));
          expect(judgement.problems).not.toEqual([]);
        }
      }),
      { numRuns: 1_500 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  test.each([
    ['phone', '0171 1234', ['web', 'email']],
    ['phone', '+4930', ['email']],
    ['externalContactId', '0035e00000AbCdEAAV', ['web', 'email']],
    ['externalContactId', '0035e00000AbCdEAAV', ['web']],
  ] as const)(
    'leaves a %s out that cannot be used, with a warning, as long as another reaches them',
    (field, value, channels) => {
      const recipient = { email: 'ada@example.com', [field]: value };
      const variables = { place: 'here' };
      expect(
        judgeOf(campaignWith({ channels: [...channels] })).validate({ recipient, variables }),
      ).toEqual({
        ok: true,
        row: { recipient: { email: 'ada@example.com' }, variables },
        warnings: [{ field: `recipient.${field}`, expected: expect.any(String) }],
      });
    },
  );

  test.each([
    ['the only address of the channel', { email: 'nobody', phone: '+15550100001' }, ['email']],
    ['one of two that are both wrong', { email: 'nobody', phone: '12' }, ['email']],
    ['the only one, and of no use to the campaign', { phone: '12' }, ['email']],
    ['beside a wrong variable', { email: 'ada@example.com', phone: '12' }, ['email'], ''],
  ] as const)(
    'rejects the row where the unusable address is %s',
    (_what, recipient, channels, place: string = 'here') => {
      const judge = judgeOf(campaignWith({ channels: [...channels] }));
      const judgement = judge.validate({ recipient, variables: { place } });
      expect(judgement).toMatchObject({ ok: false });
      expect(judgement.ok ? [] : judgement.problems.map(({ field }) => field)).toContain(
        place !== 'here'
          ? 'variables.place'
          : 'email' in recipient
            ? 'recipient.email'
            : 'recipient',
      );
    },
  );

  test('names what the schema and what the template find wrong at once', () => {
    const judgement = judgeOf(campaignWith()).validate({ recipient: { email: 'nobody' } });
    expect(judgement).toMatchObject({
      problems: [{ field: 'recipient.email' }, { field: 'variables.place' }],
    });
  });

  test('counts the bytes of the request that will be made, whatever takes them', () => {
    const metadata = { note: '"'.repeat(16_200) };
    const judge = judgeOf(campaignWith({ metadata, history: { lookbackDays: 30 } }));
    const row = (length: number) => ({
      recipient: { email: 'ada@example.com' },
      variables: { place: 'here', constructor: '"'.repeat(length) },
    });
    const isAccepted = (length: number) => judge.validate(row(length)).ok;
    expect(isAccepted(2_000)).toBe(true);
    const heavier = { note: '"'.repeat(30_750) };
    const full = judgeOf(campaignWith({ metadata: heavier }));
    expect(full.validate(row(1)).ok).toBe(true);
    expect(full.validate(row(2_000))).toMatchObject({ problems: [{ field: '(request)' }] });
  });

  test('tells what would be wrong with every row: the campaign itself', () => {
    expect(judgeOf(campaignWith()).problemsOfAll()).toEqual([]);
    expect(judgeOf(campaignWith({ channels: ['sms'] })).problemsOfAll()).toEqual([
      { field: 'channels.0', expected: expect.stringContaining('email') },
    ]);
  });
});
