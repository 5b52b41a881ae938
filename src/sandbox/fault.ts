import { z } from 'zod';
import { OPERATIONS } from './operation.js';

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

export const faultSchema = kinds.refine(
  ({ count, probability }) => count === undefined || probability === undefined,
  { message: 'give count or probability, not both', path: ['probability'] },
);

export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;
export type FaultKind = Fault['kind'];

/** Every kind there is, in the order in which they are declared. */
export const FAULT_KINDS: readonly FaultKind[] = kinds.options.map(({ shape }) => shape.kind.value);
