import { z } from 'zod';
import { explain, type Refused, refused, tooManyRequests } from './answer.js';
import { missingPermissions, OPERATIONS, type Operation, type Permission } from './operation.js';
import { type Random, seededRandom } from './population/build.js';

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

const plain = <K extends string>(kind: K) => z.strictObject({ ...target, kind: z.literal(kind) });

const kinds = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ ...target, kind: z.literal('429'), retryAfter }),
    z.strictObject({ ...target, kind: z.literal('503'), retryAfter }),
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
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? 'must be one of 429, 503, 500-before, 500-after, stall, reset-before, reset-after, ' +
          'trickle, broken-json, empty-2xx, 401, 403-permission, 403-other, 400, 404, 409, 413, ' +
          '422, delay'
        : undefined,
  },
);

const faultSchema = kinds.refine(
  ({ count, probability }) => count === undefined || probability === undefined,
  { message: 'give count or probability, not both', path: ['probability'] },
);

export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** Every kind there is, in the order in which they are declared. */
export const FAULT_KINDS: readonly FaultKind[] = kinds.options.map(({ shape }) => shape.kind.value);

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

const withRetryAfter = (retryAfter: string | undefined): Record<string, string> =>
  retryAfter === undefined ? {} : { 'Retry-After': retryAfter };

const serverError = (): Refused =>
  refused(500, 'internal.server.error', 'The server encountered an unexpected condition.');

/** What each kind of fault does to a request. */
export function planOf(fault: Fault, permission: Permission): FaultPlan {
  switch (fault.kind) {
    case '429':
      return refuseWith(tooManyRequests(fault.retryAfter));
    case '503':
      return refuseWith(
        refused(503, 'service.unavailable', 'Service Unavailable', {
          headers: withRetryAfter(fault.retryAfter),
        }),
      );
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

export interface StandingFault {
  id: string;
  fault: Fault;
  fired: number;
  /** How often it may still fire; null for a probability, which is never spent. */
  remaining: number | null;
}

export type FaultAdded = { ok: true; standing: StandingFault } | { ok: false; message: string };

const SEED = 7;

/** The faults that stand, oldest first. A request meets at most one: the first that fits and fires. */
export class Faults {
  readonly #standing: StandingFault[] = [];
  #random: Random = seededRandom(SEED);
  #lastId = 0;

  /** Checks a definition from outside. */
  define(definition: unknown): FaultAdded {
    const parsed = faultSchema.safeParse(definition);
    if (!parsed.success) return { ok: false, message: explain(parsed.error) };
    return { ok: true, standing: this.#stand(parsed.data) };
  }

  /** Adds a fault from code; a wrong definition is a bug there, so it throws. */
  add(definition: FaultInput): StandingFault {
    return this.#stand(faultSchema.parse(definition));
  }

  /** The fault this request meets, counted as fired; null when it is served honestly. */
  take(operation: Operation): StandingFault | null {
    for (const standing of this.#standing) {
      const { endpoint, probability } = standing.fault;
      if (endpoint !== '*' && endpoint !== operation) continue;
      if (standing.remaining === 0) continue;
      if (probability !== undefined && this.#random() >= probability) continue;
      standing.fired += 1;
      if (standing.remaining !== null) standing.remaining -= 1;
      return standing;
    }
    return null;
  }

  /** Undoes a `take`, for a fault that breaks deliveries and met a request that delivered nothing. */
  giveBack(standing: StandingFault): void {
    standing.fired -= 1;
    if (standing.remaining !== null) standing.remaining += 1;
  }

  list(): StandingFault[] {
    return [...this.#standing];
  }

  clear(): void {
    this.#standing.length = 0;
    this.#random = seededRandom(SEED);
  }

  #stand(fault: Fault): StandingFault {
    this.#lastId += 1;
    const remaining = fault.probability === undefined ? (fault.count ?? 1) : null;
    const standing = { id: `fault-${this.#lastId}`, fault, fired: 0, remaining };
    this.#standing.push(standing);
    return standing;
  }
}
