import { z } from 'zod';
import { EVENT_TYPES } from '../events/event.js';
import { parseUrl } from '../http/parseUrl.js';
import { isRefusedHost } from './addressGuard.js';
import { isAllowedScheme } from './webhookPost.js';
import { isSecret, SECRET_EXPECTED } from './webhookSignature.js';

const ID_EXPECTED = '1 to 64 characters from A-Z a-z 0-9 . _ -';
const ID = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,64}$/;

export function isWebhookId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

const LONGEST_URL = 1_000;
const URL_TEXT = `a URL of at most ${LONGEST_URL} characters`;
const DESCRIPTION = 'one line of at most 200 characters';
const TYPES = `a list of ${EVENT_TYPES.join(', ')}`;

const secret = z
  .string({ error: SECRET_EXPECTED })
  .refine(isSecret, SECRET_EXPECTED)
  .optional()
  .meta({ description: `Your own secret, ${SECRET_EXPECTED}; made when left out.` });

/** What is asked for with a new endpoint. */
export const webhookRequestSchema = z
  .strictObject(
    {
      id: z
        .string({ error: `a string of ${ID_EXPECTED}` })
        .regex(ID, ID_EXPECTED)
        .optional()
        .meta({ description: 'Your own id; made up when left out.' }),
      url: z.string({ error: URL_TEXT }).max(LONGEST_URL, URL_TEXT).meta({
        description:
          'Where events are posted to: https, without user and password, at a public address.',
      }),
      types: z
        .array(z.enum(EVENT_TYPES, { error: TYPES }), { error: TYPES })
        .min(1, 'at least one type; leave it out for all of them')
        .refine((all) => new Set(all).size === all.length, 'each type once')
        .optional()
        .meta({ description: 'Which events it gets; all of them when left out.' }),
      description: z
        .string({ error: DESCRIPTION })
        .trim()
        .max(200, DESCRIPTION)
        .regex(/^[^\p{Cc}\u2028\u2029]*$/u, DESCRIPTION)
        .optional()
        .meta({ description: 'For people.' }),
      secret,
    },
    { error: 'an object with url' },
  )
  .meta({ id: 'WebhookRequest' });

export type WebhookRequest = z.output<typeof webhookRequestSchema>;

const LONGEST_OVERLAP_S = 7 * 24 * 60 * 60;
export const OVERLAP_DEFAULT_S = 24 * 60 * 60;
const OVERLAP = `a whole number of seconds from 0 to ${LONGEST_OVERLAP_S}`;

/** How a secret is replaced. */
export const rotationSchema = z
  .strictObject(
    {
      secret,
      overlapSeconds: z
        .int({ error: OVERLAP })
        .min(0, OVERLAP)
        .max(LONGEST_OVERLAP_S, OVERLAP)
        .optional()
        .meta({
          description: 'For how long the secrets before it sign as well; a day when left out.',
          default: OVERLAP_DEFAULT_S,
        }),
    },
    { error: 'an object' },
  )
  .meta({ id: 'WebhookSecretRotation' });

export type Rotation = z.output<typeof rotationSchema>;

/**
 * What is expected of a URL that is refused; undefined for one that will do. A user and password in it are
 * refused: the URL is shown, the signature says who sends, and a token may stand in the path.
 */
export function urlProblem(text: string, allowPrivate: boolean): string | undefined {
  const url = parseUrl(text);
  const scheme = allowPrivate ? 'an http or https URL' : 'an https URL';
  if (url === undefined || url.hostname === '' || !isAllowedScheme(url, allowPrivate)) {
    return `${scheme}, such as https://hooks.example.com/notifier`;
  }
  if (url.username !== '' || url.password !== '') return `${scheme} without user and password`;
  if (url.hash !== '') return `${scheme} without a fragment (#…)`;
  if (!isRefusedHost(url, allowPrivate)) return undefined;
  return allowPrivate
    ? 'a host that is not a link-local, metadata or reserved address'
    : 'a public host: private and loopback addresses are refused unless WEBHOOKS_ALLOW_PRIVATE is on';
}
