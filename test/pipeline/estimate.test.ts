import { beforeAll, describe, expect, test } from '@jest/globals';
import type { NotificationRequest } from '../../src/notification/request.js';
import { DELIVERIES_A_REQUEST, estimate, type OutlookParts } from '../../src/pipeline/estimate.js';
import { policyFor, policyOf } from '../../src/policy/policy.js';
import { NO_FACTS, type PolicyFacts } from '../../src/policy/rule.js';
import type { CompiledTemplate } from '../../src/templates/compile.js';
import { loadTemplates, templatesDir } from '../../src/templates/loadTemplates.js';
import { compile } from '../templates/source.js';

const PARTS: OutlookParts = {
  policy: policyFor({}),
  defaultChannels: ['web', 'email'],
  isConfigured: () => true,
  transcriptSource: 'messages',
  historyBatch: 50,
  deliveryChecks: 'each',
};

const EMAIL = { email: 'dana@example.com' };
const CONTACT = { externalContactId: 'c0000000-0000-4000-8000-000000000001' };
const PHONE = { phone: '+15550100123' };

let followUp: CompiledTemplate;
let orderUpdate: CompiledTemplate;

beforeAll(async () => {
  const loaded = await loadTemplates(templatesDir({}));
  const named = (name: string) => {
    const template = loaded.find(({ compiled }) => compiled.name === name);
    if (template === undefined) throw new Error(`no template ${name}`);
    return template.compiled;
  };
  followUp = named('follow-up');
  orderUpdate = named('order-update');
});

function outlook(
  recipient: NotificationRequest['recipient'],
  common: Pick<NotificationRequest, 'channels' | 'history'> = {},
  parts: Partial<OutlookParts> = {},
) {
  const foreseen = estimate(followUp, { ...PARTS, ...parts });
  return foreseen({ recipient, template: 'follow-up', ...common }, NO_FACTS);
}

describe('what is foreseen of a request', () => {
  test('a rule that defers is shown with when and why, and the costs stay what they are', () => {
    const until = Date.now() + 3_600_000;
    const policy = policyOf([() => ({ kind: 'defer', until, reason: 'quiet_hours' })]);
    expect(outlook(EMAIL, {}, { policy })).toEqual({
      ...outlook(EMAIL),
      deferred: { until: new Date(until).toISOString(), reason: 'quiet_hours' },
    });
  });

  test('a customer by email costs who they are, their share of the history, what was said, and the send', () => {
    expect(outlook(EMAIL)).toEqual({
      would: 'try',
      channel: 'web',
      cost: { identity: 1, history: 1 / 50, transcript: 2, send: 1, deliveryCheck: 1 },
    });
  });

  test('a contact id costs a look at the contact, for the ids that were merged into it', () => {
    expect(outlook({ ...CONTACT, name: 'Dana' }).cost.identity).toBe(1);
    expect(outlook(CONTACT).cost.identity).toBe(1);
  });

  test('a template that names only what the contact record holds costs no query for conversations', () => {
    const named = compile({ web: 'Hello {{ customerName }}.' });
    const foreseen = estimate(named, PARTS);
    const costOf = (recipient: NotificationRequest['recipient']) =>
      foreseen({ recipient, template: 'test', channels: ['web'] }, NO_FACTS).cost;
    const contactAlone = { identity: 1, history: 0, transcript: 0, send: 1, deliveryCheck: 1 };
    expect(costOf(EMAIL)).toEqual(contactAlone);
    expect(costOf(CONTACT)).toEqual(contactAlone);
    expect(costOf({ ...CONTACT, name: 'Dana' })).toEqual({ ...contactAlone, identity: 0 });
  });

  test('recordings spare one request of a transcript', () => {
    expect(outlook(EMAIL, {}, { transcriptSource: 'recordings' }).cost.transcript).toBe(1);
  });

  test('a summary costs one request, and none of its own where topic and mood come from it', () => {
    const costOf = (web: string, transcriptSource: OutlookParts['transcriptSource']) => {
      const foreseen = estimate(compile({ web }), { ...PARTS, transcriptSource });
      const request = { recipient: CONTACT, template: 'test', channels: ['web' as const] };
      return foreseen(request, NO_FACTS).cost.transcript;
    };
    expect(costOf('{{ summary }}', 'messages')).toBe(1);
    expect(costOf('{{ topic }}', 'summaries')).toBe(1);
    expect(costOf('{{ topic }}{{ summary }}', 'summaries')).toBe(1);
    expect(costOf('{{ topic }}{{ summary }}', 'messages')).toBe(3);
    expect(costOf('{{ lastMessage }}{{ summary }}', 'summaries')).toBe(3);
    expect(costOf('{{ hasHistory }}', 'summaries')).toBe(0);
  });

  test('where each is asked about by itself, only web messages are', () => {
    const byEmail = outlook(EMAIL, { channels: ['email'] });
    expect(byEmail).toMatchObject({ channel: 'email', cost: { deliveryCheck: 0 } });
    expect(outlook(EMAIL, {}, { deliveryChecks: 'off' }).cost.deliveryCheck).toBe(0);
  });

  test('where many are asked about together, each bears its share', () => {
    const cost = { deliveryCheck: 1 / DELIVERIES_A_REQUEST };
    for (const channel of ['web', 'email'] as const) {
      const common = { channels: [channel] };
      expect(outlook(EMAIL, common, { deliveryChecks: 'together' })).toMatchObject({ cost });
    }
  });

  test('who cannot be looked for has no history, and is skipped without a request', () => {
    const skipped = outlook(PHONE, { channels: ['sms'] });
    expect(skipped).toMatchObject({ would: 'skip', reason: 'no_history', cost: { identity: 0 } });
  });

  test('who has no address for any channel fails, after the lookups', () => {
    const failed = outlook(EMAIL, { channels: ['sms'] });
    expect(failed).toMatchObject({ would: 'fail', reason: 'no_channel' });
    expect(failed.cost).toMatchObject({ identity: 1, transcript: 2, send: 0 });
  });

  test('a channel that is not configured is passed over', () => {
    const parts = { isConfigured: (channel: string) => channel !== 'web' };
    expect(outlook(EMAIL, {}, parts)).toMatchObject({ would: 'try', channel: 'email' });
  });

  test('who is not allowed is skipped, whichever estimate came before', () => {
    const foreseen = estimate(followUp, {
      ...PARTS,
      policy: policyFor({ NOTIFY_ONLY_TO: ['@example.com'] }),
    });
    const to = (email: string) =>
      foreseen({ recipient: { email }, template: 'follow-up' }, NO_FACTS);
    expect(to('a@example.com').would).toBe('try');
    expect(to('a@elsewhere.example')).toMatchObject({ would: 'skip', reason: 'not_allowed' });
    expect(to('b@example.com').would).toBe('try');
  });

  test('who is suppressed over one channel is tried over the next, and who had enough is skipped', () => {
    const caps = { transactional: { places: 2, spanMs: 60_000 } };
    const foreseen = estimate(followUp, { ...PARTS, policy: policyFor({ FREQUENCY_CAP: caps }) });
    const request = { recipient: EMAIL, template: 'follow-up' };
    const of = (facts: Partial<PolicyFacts>) => foreseen(request, { ...NO_FACTS, ...facts });
    const entry = { source: 'import', author: 'api:crm', at: 0 } as const;
    expect(of({ suppressions: [{ ...entry, channels: ['web'] }] })).toMatchObject({ would: 'try' });
    expect(of({ suppressions: [{ ...entry, channels: 'all' }] })).toMatchObject({
      would: 'skip',
      reason: 'suppressed',
    });
    expect(of({ placesTaken: 1 }).would).toBe('try');
    expect(of({ placesTaken: 2 })).toMatchObject({ would: 'skip', reason: 'frequency_cap' });
  });

  test('where history is not required, who cannot be looked for is written to all the same', () => {
    const common = { history: { required: false }, channels: ['sms' as const] };
    const foreseen = estimate(orderUpdate, PARTS);
    const request = { recipient: PHONE, template: 'order-update', ...common };
    expect(foreseen(request, NO_FACTS)).toEqual({
      would: 'try',
      channel: 'sms',
      cost: { identity: 0, history: 0, transcript: 0, send: 1, deliveryCheck: 0 },
    });
  });
});
