import type { FastifyReply } from 'fastify';
import type { Answer } from '../answer.js';
import { planOf } from '../faultPlan.js';
import type { Operation, Permission } from '../operation.js';
import type { RequestRecord } from '../requestLog.js';
import type { World } from '../world.js';
import { answerHonestly, endRequest } from './ending.js';

export interface Service {
  operation: Operation;
  permission: Permission;
  /** Carries the request out; called at most once. */
  perform: () => Answer;
}

/** Waits; rejects when the sandbox closes meanwhile, so that nothing is delivered after its end. */
export type Sleep = (ms: number) => Promise<void>;

/**
 * Carries a request out, with the fault it meets, if any. A fault that breaks the answer to something
 * done (`*-after`, `trickle`, …) needs something to have been done: when the request is refused by
 * itself, the refusal goes out and the fault waits for the next request.
 */
export async function serve(
  world: World,
  sleep: Sleep,
  reply: FastifyReply,
  record: RequestRecord,
  { operation, permission, perform }: Service,
): Promise<void> {
  const standing = world.faults.take(operation);
  if (standing === null) {
    if (world.settings.latencyMs > 0) await sleep(world.settings.latencyMs);
    answerHonestly(reply, record, perform());
    return;
  }
  const plan = planOf(standing.fault, permission);
  record.fault = standing.fault.kind;
  const waitMs = plan.delayMs + world.settings.latencyMs;
  if (waitMs > 0) await sleep(waitMs);
  if (!plan.takesEffect) {
    endRequest(reply, record, plan.ending, { outcome: 'accepted', status: 200, body: {} });
    return;
  }
  const answer = perform();
  if (answer.outcome === 'refused' && plan.ending.as !== 'honest') {
    world.faults.giveBack(standing);
    record.fault = null;
    answerHonestly(reply, record, answer);
    return;
  }
  endRequest(reply, record, plan.ending, answer);
}
