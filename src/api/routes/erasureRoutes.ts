import { z } from 'zod';
import {
  ALWAYS_KEPT,
  type ErasureReport,
  noneErased,
  SUPPRESSION_KEPT,
} from '../../privacy/erasureReport.js';
import { PERSON_EXPECTED } from '../../privacy/person.js';
import { invalidRequest } from '../problems.js';
import { answer, ok, route } from '../route.js';

const ADDRESSES_MAX = 20;

const erasureRequest = z
  .strictObject(
    {
      recipients: z
        .array(z.string({ error: PERSON_EXPECTED }), { error: 'a list of addresses' })
        .min(1, { error: 'at least one address' })
        .max(ADDRESSES_MAX, { error: `at most ${ADDRESSES_MAX} addresses` })
        .meta({
          description:
            'All addresses of one person: email, phone with + and country code, contact id. What names any of them is erased.',
        }),
    },
    { error: 'an object with recipients' },
  )
  .meta({ id: 'ErasureRequest' });

const count = (description: string) => z.int().meta({ description });

const erasure = z
  .object({
    erased: z.object({
      requests: count('Requests of notifications, with what was found out for them.'),
      campaignRows: count('Rows of campaigns; those not sent yet end as skipped, erased.'),
      rejectedRows: count('Rejected rows of campaigns.'),
      queuedJobs: count('Jobs of queues that were not accepted yet.'),
      searchEntries: count('Entries of the search index.'),
      inboxLines: count('Lines of files in the inbox that was imported.'),
    }),
    cancelled: count('Notifications that were ended before they left.'),
    sending: count('Notifications that were on their way at that moment.'),
    kept: z
      .array(z.object({ what: z.string(), why: z.string() }))
      .meta({ description: 'What is kept on purpose.' }),
    remains: z
      .array(z.object({ what: z.string(), todo: z.string() }))
      .meta({ description: 'What could not be erased yet. Empty when all is done.' }),
  })
  .meta({ id: 'Erasure' });

const EXAMPLE: ErasureReport = {
  erased: { ...noneErased(), requests: 3, campaignRows: 2, searchEntries: 3 },
  cancelled: 1,
  sending: 0,
  kept: [...ALWAYS_KEPT, SUPPRESSION_KEPT],
  remains: [],
};

/** Erasing a person. There is no export over HTTP: what is known of a person is for one operator's eyes. */
export const ERASURE_ROUTES = [
  route({
    method: 'POST',
    url: '/v1/erasures',
    access: 'limited',
    operationId: 'erasePerson',
    summary: 'Erase what is stored about a person',
    description:
      'Answers when it is done. It goes through everything that is stored, which takes a second for each 50,000 requests; with many millions, use the command `notifier erase`. It may be repeated at any time.',
    body: {
      schema: erasureRequest,
      examples: {
        'Two addresses of one person': { recipients: ['customer@example.com', '+4915112345678'] },
      },
    },
    wrong: { body: { recipients: [] } },
    answers: { 200: answer('Erased, and what is kept', erasure, EXAMPLE) },
    async handle({ body, caller, request }, { personalData }) {
      const person = personalData.readPerson(body.recipients);
      if (person === undefined) {
        return invalidRequest([{ field: 'recipients', expected: PERSON_EXPECTED }]);
      }
      const report = await personalData.erase(person, caller);
      request.log.warn({ caller: caller.name }, 'a person was erased');
      return ok(report);
    },
  }),
];
