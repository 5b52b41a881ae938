import { z } from 'zod';

const often = {
  /** Happens this often, then is spent. 1 when neither count nor probability is given. */
  count: z.number().int().min(1).max(1_000_000).optional(),
  /** Happens on this share of the occasions, for as long as it stands. */
  probability: z.number().gt(0).max(1).optional(),
  endpoint: z.literal('*', 'is not for this kind: leave it out').default('*'),
};

/** No endpoint is asked for: the kind says where it happens. `*` means the same. */
const one = <K extends string>(kind: K) => z.strictObject({ ...often, kind: z.literal(kind) });

const share = z.number().gt(0).max(1).default(0.5);

/**
 * Faults that no answer to a request shows at once: what happens on a socket, to a job, or in a file.
 * Each is drawn on an occasion of its own, named at its side.
 */
export const BEHAVIOURS = [
  /** A message or an email is accepted: analytics sees it `ms` later than `indexingLagMs`, or never. */
  z.strictObject({
    ...often,
    kind: z.literal('index-late'),
    ms: z.number().int().min(1).max(3_600_000).default(60_000),
  }),
  one('index-missing'),
  /** A message turns out undelivered: its event is not raised. */
  one('event-missing'),
  /** The event is raised `times` times more. */
  z.strictObject({
    ...often,
    kind: z.literal('event-repeated'),
    times: z.number().int().min(1).max(100).default(1),
  }),
  /** The event is raised `ms` later than the message failed. */
  z.strictObject({
    ...often,
    kind: z.literal('event-late'),
    ms: z.number().int().min(1).max(600_000).default(5000),
  }),
  /** A socket is opened: it is closed after `seconds`; with `abrupt` the connection is cut. */
  z.strictObject({
    ...often,
    kind: z.literal('socket-closes'),
    seconds: z.number().positive().max(3600).default(60),
    abrupt: z.boolean().default(false),
  }),
  /** A socket is opened: it stays open, and nothing ever comes from it, pongs included. */
  one('socket-frozen'),
  /** An export is asked for: it ends FAILED, or never. */
  one('export-fails'),
  one('export-stuck'),
  /** An export is asked for: its file has no column with an address, or other names of columns. */
  one('export-without-email'),
  one('export-other-columns'),
  /** An export is asked for: this share of the contacts is not in its file. */
  z.strictObject({ ...often, kind: z.literal('export-rows-missing'), share }),
  /** A file is fetched: its address has expired, or the connection breaks halfway. */
  one('url-expired'),
  one('download-cut'),
  /** An analytics job is submitted: it ends FAILED, or never. */
  one('job-fails'),
  one('job-stuck'),
  /** An analytics job is submitted: it is EXPIRED once `afterPages` pages were read. */
  z.strictObject({
    ...often,
    kind: z.literal('job-expires'),
    afterPages: z.number().int().min(0).max(1000).default(0),
  }),
  /** A recording batch is submitted: it never completes. */
  one('batch-stuck'),
  /** A recording batch is submitted: its files are audio, or JSON that cannot be read. */
  one('batch-voice'),
  one('batch-unreadable'),
  /** A recording batch is submitted: this share of its entries are errors. */
  z.strictObject({ ...often, kind: z.literal('batch-errors'), share }),
  /** A page but the first is asked for: `by` rows have come in before it, or gone when negative. */
  z.strictObject({
    ...often,
    kind: z.literal('pages-shift'),
    by: z.number().int().min(-100).max(100).default(1),
  }),
] as const;

const behaviourSchema = z.discriminatedUnion('kind', BEHAVIOURS);

export type Behaviour = z.output<typeof behaviourSchema>;
export type BehaviourKind = Behaviour['kind'];

export const BEHAVIOUR_KINDS: ReadonlySet<string> = new Set(
  BEHAVIOURS.map(({ shape }) => shape.kind.value),
);
