import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { type FlowStatus, flowStatus } from '../queue/flowStatus.js';
import type { PauseStatus } from '../queue/operations.js';
import type { ApiParts } from './parts.js';
import { problem, sendProblem } from './problems.js';
import { allowOnly } from './requests.js';

/** Absent where Redis did not say. */
type Sending = { flow?: FlowStatus['state']; workers?: number } & PauseStatus;

const REDIS_ANSWERS_WITHIN_MS = 1_000;

/**
 * `/healthz`: the process lives. `/readyz`: it can take notifications in; else 503 with the reasons.
 * `/metrics`: what it counts, for Prometheus. None asks for a key, and none says anything about a
 * notification. Why the sending stopped is for those who have one: see `/v1/status`.
 */
export function healthRoutes(app: FastifyInstance, parts: ApiParts): void {
  app.get('/healthz', async () => ({ status: 'alive' }));
  allowOnly(app, '/healthz', ['GET', 'HEAD']);

  app.get('/readyz', async (_request, reply) => {
    const because = await shortcomings(parts);
    if (because.length === 0) return { status: 'ready', ...(await sending(parts)) };
    return sendProblem(reply, problem('not-ready', { detail: because.join(' '), because }));
  });
  allowOnly(app, '/readyz', ['GET', 'HEAD']);

  app.get('/metrics', async (_request, reply) => {
    const { metrics } = parts;
    return reply.type(metrics.contentType).send(await metrics.page());
  });
  allowOnly(app, '/metrics', ['GET', 'HEAD']);
}

/**
 * Acceptance goes on while nothing is sent, and without a worker: what is accepted waits. Being ready
 * must not hide that, so it says how many workers live and whether notifications flow.
 */
async function sending({ operations }: ApiParts): Promise<Sending> {
  try {
    const [standstill, fleet] = await Promise.all([operations.pauseStatus(), operations.status()]);
    return {
      flow: flowStatus(fleet).state,
      workers: fleet.workers.alive.length,
      ...standstill,
    };
  } catch {
    return {};
  }
}

async function shortcomings({ redisProblem, standing, beside }: ApiParts): Promise<string[]> {
  const because: string[] = [];
  const stands = standing();
  const problem = await inTime(redisProblem);
  if (problem !== undefined) because.push(problem);
  if (stands.kind === 'unfit') because.push(stands.problem);
  if (stands.kind === 'pending') because.push('The templates are not published yet.');
  const other = await beside?.();
  if (other?.ready === false) because.push(...other.because.map((reason) => `worker: ${reason}`));
  return because;
}

/** What keeps Redis from holding more, in a sentence; undefined when nothing does. */
async function inTime(look: () => Promise<string | undefined>): Promise<string | undefined> {
  const answered = new AbortController();
  const tooLong = delay(REDIS_ANSWERS_WITHIN_MS, 'Redis does not answer.', {
    signal: answered.signal,
  });
  const answer = look().catch(() => 'Redis does not answer.');
  try {
    return await Promise.race([answer, tooLong]);
  } finally {
    answered.abort();
    tooLong.catch(() => undefined);
  }
}
