import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { flowStatus } from '../../queue/flowStatus.js';
import { flowSchema } from '../../queue/statusView.js';
import { WENT_BACK } from '../../queue/wentBack.js';
import type { ApiParts } from '../apiParts.js';
import { problem } from '../problems.js';
import { type AnswerSpec, answer, ok, route } from '../route.js';

const REDIS_ANSWERS_WITHIN_MS = 1_000;

const NO_ANSWER = 'Redis does not answer.';

const health = z
  .object({
    status: z.enum(['alive', 'ready']),
    flow: flowSchema.optional().meta({
      description:
        'Whether notifications flow, or what stops them; acceptance goes on. GET /v1/status says more.',
    }),
    workers: z.int().optional().meta({ description: 'How many live; 0 when nothing is sent.' }),
    pausedSince: z.iso
      .datetime()
      .optional()
      .meta({ description: 'While this is there, sending is stopped; acceptance goes on.' }),
    pauseCode: z.literal(WENT_BACK).optional().meta({
      description: 'There when it was stopped because Redis went back in time.',
    }),
    gateClosedUntil: z.iso.datetime().optional(),
  })
  .meta({ id: 'Health' });

type Health = z.infer<typeof health>;

const metricsPage = z.string().meta({
  id: 'Metrics',
  description: 'The text format of Prometheus.',
});

const notReady = (because: readonly string[]) =>
  problem('not-ready', { detail: because.join(' '), because });

/**
 * For probes and Prometheus. None asks for a key, and none says anything about a notification. Why the
 * sending stopped is for those who have one: see `/v1/status`.
 */
export const HEALTH_ROUTES = [
  route({
    method: 'GET',
    url: '/healthz',
    access: 'open',
    operationId: 'isAlive',
    summary: 'Is the process alive?',
    description: 'Needs no key.',
    answers: { 200: answer('Alive', health, { status: 'alive' }) },
    async handle() {
      return ok({ status: 'alive' });
    },
  }),

  route({
    method: 'GET',
    url: '/readyz',
    access: 'open',
    operationId: 'isReady',
    summary: 'Can it take notifications in?',
    description:
      'Needs no key. The api is ready while no worker lives, since what is accepted waits; it says so in flow and workers.',
    answers: { 200: answer('Ready', health, { status: 'ready', flow: 'flows', workers: 2 }) },
    problems: [
      notReady([
        'Redis cannot be reached. Check that it runs, and that REDIS_URL names it. (ECONNREFUSED) It has been so since 2026-11-22T09:41:02Z (5 s).',
      ]),
    ],
    async handle(_call, parts) {
      const because = await shortcomings(parts);
      if (because.length > 0) return notReady(because);
      return ok({ status: 'ready', ...(await sending(parts)) });
    },
  }),

  route({
    method: 'GET',
    url: '/metrics',
    access: 'open',
    operationId: 'getMetrics',
    summary: 'What it counts, for Prometheus',
    description: 'Needs no key, and says nothing about a single notification.',
    answers: {
      200: {
        description: 'The metrics',
        schema: metricsPage,
        examples: {
          'text/plain':
            '# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.\n',
        },
      } satisfies AnswerSpec,
    },
    async handle(_call, { metrics }) {
      return { ...ok(await metrics.page()), headers: { 'content-type': metrics.contentType } };
    },
  }),
];

/**
 * Acceptance goes on while nothing is sent, and without a worker: what is accepted waits. Being ready
 * must not hide that, so it says how many workers live and whether notifications flow.
 */
async function sending({ operations }: ApiParts): Promise<Omit<Health, 'status'>> {
  try {
    const [pause, fleet] = await Promise.all([operations.pauseStatus(), operations.status()]);
    return { flow: flowStatus(fleet).state, workers: fleet.workers.alive.length, ...pause };
  } catch {
    return {};
  }
}

async function shortcomings({ redisProblem, standing, beside }: ApiParts): Promise<string[]> {
  const because: string[] = [];
  const stands = standing();
  const redis = await inTime(redisProblem);
  if (redis !== undefined) because.push(redis);
  if (stands.kind === 'unfit') because.push(stands.problem);
  if (stands.kind === 'pending') because.push('The templates are not published yet.');
  const other = await beside?.();
  if (other?.ready === false) because.push(...other.because.map((reason) => `worker: ${reason}`));
  return because;
}

/** What keeps Redis from holding more, in a sentence; undefined when nothing does. */
async function inTime(look: () => Promise<string | undefined>): Promise<string | undefined> {
  const answered = new AbortController();
  const tooLong = delay(REDIS_ANSWERS_WITHIN_MS, NO_ANSWER, { signal: answered.signal });
  const given = look().catch(() => NO_ANSWER);
  try {
    return await Promise.race([given, tooLong]);
  } finally {
    answered.abort();
    tooLong.catch(() => undefined);
  }
}
