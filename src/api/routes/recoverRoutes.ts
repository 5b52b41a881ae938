import { z } from 'zod';
import { WENT_BACK_SENTENCES } from '../../queue/wentBack.js';
import { NOT_FOUND_CHOICES } from '../../recovery/recovery.js';
import { recoverySchema, recoveryView } from '../../recovery/recoveryView.js';
import { problem } from '../problems.js';
import { answer, ok, route } from '../route.js';

/** Of every way to let the sending go on. */
export const REDIS_WENT_BACK = problem('redis-went-back', { detail: WENT_BACK_SENTENCES });

const TIME = 'an ISO time with its zone, such as 2026-11-22T09:30:00Z';

const recoverRequest = z
  .strictObject(
    {
      since: z.iso.datetime({ offset: true, error: TIME }).optional().meta({
        description:
          'Up to when Redis knows what happened; needed only where no worker has noticed it, or Redis has lost everything.',
      }),
      notFound: z
        .enum(NOT_FOUND_CHOICES, { error: NOT_FOUND_CHOICES.join(' or ') })
        .optional()
        .meta({
          description:
            'Whether a message that is surely not at Genesys Cloud is sent after all (go-on, the default), or waits for a person.',
        }),
      dryRun: z.boolean().optional().meta({ description: 'Says what would be done.' }),
    },
    { error: 'an object' },
  )
  .meta({ id: 'RecoverRequest' });

const NOT_NEEDED = problem('nothing-to-recover', {
  detail: 'No worker has noticed that Redis went back in time. If it did, say since when.',
});

const at = (time: string) => Date.parse(`2026-11-22T${time}Z`);

const EXAMPLE = recoveryView(
  {
    lost: { since: at('09:30:00'), until: at('09:41:02') },
    putBack: 118,
    silent: 0,
    looked: 240,
    doubted: 31,
    campaigns: [{ id: 'autumn', waiting: 1_200, released: 800, rememberedRow: 853 }],
  },
  false,
);

export const RECOVER_ROUTES = [
  route({
    method: 'POST',
    url: '/v1/recover',
    access: 'key',
    operationId: 'recoverSending',
    summary: 'Let the sending go on after Redis went back in time',
    description:
      'Answers when all that may have been sent is unknown, and is looked for at Genesys Cloud: then the sending goes on. It may be repeated at any time. With many notifications, use the command `notifier recover`, which shows its progress.',
    body: {
      schema: recoverRequest,
      optional: true,
      examples: {
        'As the workers noticed it': {},
        'Restored while no worker lived': { since: '2026-11-22T09:30:00Z', notFound: 'hold' },
      },
    },
    wrong: { body: { since: 'yesterday' } },
    problems: [NOT_NEEDED],
    answers: { 200: answer('What was found, and done', recoverySchema, EXAMPLE) },
    async handle({ body, caller, request }, { recovery }) {
      const { since, notFound = 'go-on', dryRun = false } = body;
      const from = since === undefined ? undefined : Date.parse(since);
      const result = await recovery.run({ since: from, notFound, dryRun, by: caller });
      if (result.kind === 'not_needed' || result.kind === 'needs_since') return NOT_NEEDED;
      request.log.warn({ caller: caller.name, dryRun }, 'recovered after Redis went back');
      return ok(recoveryView(result.report, dryRun));
    },
  }),
];
