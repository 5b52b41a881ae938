import { z } from 'zod';
import { type Refused, refused, tooManyRequests } from './answer.js';
import { missingPermissions, OPERATIONS, type Permission } from './operation.js';

const target = {
  /** Which endpoint misbehaves; `*` is every platform endpoint, login included. */
  endpoint: z.enum([...OPERATIONS, '*']),
  /** Fires this often, then is spent. 1 when neither count nor probability is given. */
  count: z.number().int().min(1).max(1_000_000).optional(),
  /** Fires on this share of the requests, for as long as it stands. */
  probability: z.number().gt(0).max(1).optional(),
};

/** Sent as it is, so that hours, HTTP dates and nonsense can be tried; no header when left out. */
const retryAfter = z
  .string()
  .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII, it becomes a header')
  .optional();

/** The limit that a 429 names: of the platform, or of one kind of job. */
const limit = z
  .strictObject({
    key: z.string().min(1),
    namespace: z.string().min(1),
    value: z.number().int().min(0).default(1),
  })
  .optional();

const plain = <K extends string>(kind: K) => z.strictObject({ ...target, kind: z.literal(kind) });

export const REQUEST_FAULTS = [
  z.strictObject({ ...target, kind: z.literal('429'), retryAfter, limit }),
  /** Without an effect; `503-after` takes effect first. */
  z.strictObject({ ...target, kind: z.literal('503'), retryAfter }),
  z.strictObject({ ...target, kind: z.literal('503-after'), retryAfter }),
  plain('500-before'),
  plain('500-after'),
  /** Accepts and never answers; `delivered` says whether the request takes effect first. */
  z.strictObject({
    ...target,
    kind: z.literal('stall'),
    delivered: z.boolean().default(false),
  }),
  plain('reset-before'),
  plain('reset-after'),
  /** Takes effect, then sends headers and the body byte by byte over `seconds`, or for ever. */
  z.strictObject({
    ...target,
    kind: z.literal('trickle'),
    seconds: z.number().positive().max(3600).optional(),
  }),
  plain('broken-json'),
  plain('empty-2xx'),
  plain('401'),
  z.strictObject({
    ...target,
    kind: z.literal('403-permission'),
    permission: z.string().min(1).optional(),
  }),
  plain('403-other'),
  plain('400'),
  plain('404'),
  plain('409'),
  plain('413'),
  plain('422'),
  z.strictObject({
    ...target,
    kind: z.literal('delay'),
    ms: z.number().int().min(1).max(600_000),
  }),
] as const;

const requestFaults = z.discriminatedUnion('kind', REQUEST_FAULTS);

export type RequestFault = z.output<typeof requestFaults>;

/** How a request ends for the one who sent it. */
export type Ending =
  | { as: 'honest' }
  | { as: 'refusal'; refusal: Refused }
  | { as: 'stall' }
  | { as: 'reset' }
  | { as: 'trickle'; seconds: number | null }
  | { as: 'broken-json' }
  | { as: 'empty' };

export interface FaultPlan {
  delayMs: number;
  /** Whether the request takes effect (a message is delivered) before it ends. */
  takesEffect: boolean;
  ending: Ending;
}

const refuseWith = (refusal: Refused): FaultPlan => ({
  delayMs: 0,
  takesEffect: false,
  ending: { as: 'refusal', refusal },
});

const afterEffect = (ending: Ending): FaultPlan => ({ delayMs: 0, takesEffect: true, ending });

const unavailable = (retryAfter: string | undefined): Refused =>
  refused(503, 'service.unavailable', 'Service Unavailable', {
    headers: retryAfter === undefined ? {} : { 'Retry-After': retryAfter },
  });

const serverError = (): Refused =>
  refused(500, 'internal.server.error', 'The server encountered an unexpected condition.');

/** What each kind of fault does to a request. */
export function planOf(fault: RequestFault, permission: Permission): FaultPlan {
  switch (fault.kind) {
    case '429':
      return refuseWith(tooManyRequests(fault.retryAfter, fault.limit));
    case '503':
      return refuseWith(unavailable(fault.retryAfter));
    case '503-after':
      return afterEffect({ as: 'refusal', refusal: unavailable(fault.retryAfter) });
    case '500-before':
      return refuseWith(serverError());
    case '500-after':
      return afterEffect({ as: 'refusal', refusal: serverError() });
    case 'stall':
      return { delayMs: 0, takesEffect: fault.delivered, ending: { as: 'stall' } };
    case 'reset-before':
      return { delayMs: 0, takesEffect: false, ending: { as: 'reset' } };
    case 'reset-after':
      return afterEffect({ as: 'reset' });
    case 'trickle':
      return afterEffect({ as: 'trickle', seconds: fault.seconds ?? null });
    case 'broken-json':
      return afterEffect({ as: 'broken-json' });
    case 'empty-2xx':
      return afterEffect({ as: 'empty' });
    case '401':
      return refuseWith(refused(401, 'bad.credentials', 'Invalid login credentials.'));
    case '403-permission':
      return refuseWith(permissionRefusal(fault.permission, permission));
    case '403-other':
      return refuseWith(
        refused(403, 'not.authorized', 'You are not authorized to perform the requested action.'),
      );
    case '400':
      return refuseWith(refused(400, 'bad.request', 'The request could not be understood.'));
    case '404':
      return refuseWith(refused(404, 'not.found', 'The requested resource was not found.'));
    case '409':
      return refuseWith(
        refused(409, 'conflict', 'The request conflicts with the current state of the resource.'),
      );
    case '413':
      return refuseWith(
        refused(413, 'request.entity.too.large', 'The request is over the size limit.'),
      );
    case '422':
      return refuseWith(
        refused(422, 'unprocessable.entity', 'The request was understood but cannot be processed.'),
      );
    case 'delay':
      return { delayMs: fault.ms, takesEffect: true, ending: { as: 'honest' } };
    default:
      throw new Error(`unhandled fault ${fault satisfies never}`);
  }
}

function permissionRefusal(named: string | undefined, permission: Permission): Refused {
  if (named !== undefined) return missingPermissions('all', [named]);
  return permission.need === 'none'
    ? missingPermissions('all', ['sandbox:unnamed:permission'])
    : missingPermissions(permission.need, permission.names);
}
