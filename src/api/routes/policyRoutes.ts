import { z } from 'zod';
import { policyCheckView, viewOfCheck } from '../../consent/policyCheckView.js';
import { readRecipient, recipientSchema } from '../../notification/recipient.js';
import { CHANNELS, LANES } from '../../notification/state.js';
import { invalidRequest } from '../problems.js';
import { answer, ok, route } from '../route.js';

const question = z
  .strictObject(
    {
      recipient: recipientSchema,
      template: z.string().optional().meta({
        description: 'Whose default channels count where channels names none.',
      }),
      channels: z
        .array(z.enum(CHANNELS, { error: `one of ${CHANNELS.join(', ')}` }))
        .min(1, 'at least one channel')
        .max(CHANNELS.length, 'each channel once')
        .optional(),
      priority: z
        .enum(LANES, { error: `one of ${LANES.join(', ')}` })
        .optional()
        .meta({ description: 'transactional when left out.' }),
    },
    { error: 'an object with recipient' },
  )
  .meta({ id: 'PolicyQuestion' });

const EXAMPLE = {
  verdict: 'allow',
  checkedAt: '2026-11-22T09:40:00.000Z',
  priority: 'campaign',
  channels: [
    {
      channel: 'sms',
      verdict: 'skip',
      reason: 'suppressed',
      rules: [
        { rule: 'allowedRecipients', verdict: 'allow', why: 'NOTIFY_ONLY_TO is not set.' },
        {
          rule: 'suppressed',
          verdict: 'skip',
          reason: 'suppressed',
          why: 'An entry of the suppression list stops sms: source stop, by stop, since 2026-11-20T08:00:00.000Z.',
        },
        { rule: 'frequencyCap', verdict: 'allow', why: '1 of 2 places in 7d is taken.' },
      ],
    },
    {
      channel: 'email',
      verdict: 'allow',
      rules: [
        { rule: 'allowedRecipients', verdict: 'allow', why: 'NOTIFY_ONLY_TO is not set.' },
        {
          rule: 'suppressed',
          verdict: 'allow',
          why: 'No entry of the suppression list stops this channel.',
        },
        { rule: 'frequencyCap', verdict: 'allow', why: '1 of 2 places in 7d is taken.' },
      ],
    },
  ],
  frequencyCap: { places: 2, span: '7d', taken: 1 },
} satisfies z.input<typeof policyCheckView>;

/** Asking before sending. An address never stands in a URL, where logs would keep it. */
export const POLICY_ROUTES = [
  route({
    method: 'POST',
    url: '/v1/policy/check',
    access: 'limited',
    operationId: 'checkPolicy',
    summary: 'Ask what policy says to a recipient now',
    description:
      'What each rule says of each channel, and why: the suppression list, the frequency cap and the others, as a worker would ask them before its look-ups. By the settings of this process. Sends nothing, changes nothing, takes no place of a cap, and asks nothing of the platform; so an address that only the platform knows of the recipient, and their last conversation, do not count here.',
    body: {
      schema: question,
      examples: {
        'An email address': { recipient: { email: 'customer@example.com' } },
        'A row of a campaign': {
          recipient: { email: 'customer@example.com', phone: '+441632960961' },
          channels: ['sms', 'email'],
          priority: 'campaign',
        },
      },
    },
    wrong: { body: { recipient: {}, priority: 'urgent' } },
    answers: { 200: answer('What policy says', policyCheckView, EXAMPLE) },
    async handle({ body }, { policyChecks, intake }) {
      const { recipient, problems } = readRecipient(body.recipient, intake.country);
      if (problems.length > 0) return invalidRequest(problems);
      const asked = await policyChecks.check({ ...body, recipient });
      return asked.kind === 'checked'
        ? ok(viewOfCheck(asked.check))
        : invalidRequest([...asked.problems]);
    },
  }),
];
