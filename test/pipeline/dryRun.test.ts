import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { describeDryRun } from '../../src/cli/send/describeSendDryRun.js';
import { ConversationLoader } from '../../src/history/conversationLoader.js';
import { IdentityLookup } from '../../src/history/identity.js';
import { dryRun } from '../../src/pipeline/dryRun.js';
import { policyOf } from '../../src/policy/policy.js';
import { NO_FACTS } from '../../src/policy/rule.js';
import { loadTemplates, templatesDir } from '../../src/templates/loadTemplates.js';
import { LANE, type SandboxClient, startSandboxClient } from './support/sandboxClient.js';

let platform: SandboxClient;

beforeAll(async () => {
  platform = await startSandboxClient();
});
afterAll(() => platform.close());

test('a dry run shows until when and why a rule has it wait, and the message all the same', async () => {
  const templates = await loadTemplates(templatesDir({}));
  const template = templates.find(({ compiled }) => compiled.name === 'order-update')?.compiled;
  if (template === undefined) throw new Error('no template order-update');
  const { client } = platform;
  const until = Date.parse('2030-05-01T08:00:00Z');
  const result = await dryRun(
    {
      recipient: { email: 'dana@example.net', name: 'Dana' },
      template: 'order-update',
      variables: { orderNumber: 'A-1', status: 'sent' },
      history: { required: false },
    },
    template,
    {
      client,
      conversations: new ConversationLoader(client, pino({ level: 'silent' })),
      identities: new IdentityLookup(client),
      config: { GENESYS_EMAIL_FROM: 'care@notify.example.com' },
      policy: policyOf([() => ({ kind: 'defer', until, reason: 'quiet_hours' })]),
      consent: { facts: async () => NO_FACTS },
      defaultChannels: ['email'],
      defaultLookbackDays: 31,
      transcriptSource: 'messages',
    },
    LANE,
  );
  expect(result).toMatchObject({
    would: 'send',
    deferred: { until: '2030-05-01T08:00:00.000Z', reason: 'quiet_hours' },
  });
  const text = describeDryRun(result);
  expect(text).toMatch(/^Waits +until 2030-05-01T08:00:00.000Z: .*\(quiet_hours\)$/m);
  expect(text).toMatch(/^Result +sent by email$/m);
});
