import type { FastifyReply } from 'fastify';
import { type Answer, errorBody, type Refused } from '../answer.js';
import type { Operation, Permission } from '../operation.js';
import { type Ending, planOf } from '../requestFaults.js';
import type { RequestRecord } from '../requestLog.js';
import type { World } from '../state.js';
import { loginErrorBody } from './login.js';

/** How often a trickled byte is sent when the body may take for ever. */
const TRICKLE_MS = 100;
const JSON_TYPE = 'application/json; charset=utf-8';

function refuse(reply: FastifyReply, record: RequestRecord, refusal: Refused): void {
  const { status, headers } = refusal;
  const body =
    record.operation === 'login'
      ? loginErrorBody(refusal)
      : errorBody(refusal, record.correlationId);
  reply.code(status).headers(headers).type(JSON_TYPE).send(body);
}

export function answerHonestly(reply: FastifyReply, record: RequestRecord, answer: Answer): void {
  if (answer.outcome === 'refused') {
    refuse(reply, record, answer);
    return;
  }
  if (answer.status === 204) {
    reply.code(204).send();
    return;
  }
  reply.code(answer.status).type(JSON_TYPE).send(answer.body);
}

/** Sends the body a byte at a time; without `seconds` it goes on for ever with white space. */
function trickle(reply: FastifyReply, record: RequestRecord, text: string, seconds: number | null) {
  reply.hijack();
  record.status = 200;
  const bytes = Buffer.from(text);
  const everyMs = seconds === null ? TRICKLE_MS : (seconds * 1000) / Math.max(1, bytes.length);
  reply.raw.writeHead(200, {
    'Content-Type': JSON_TYPE,
    'ININ-Correlation-Id': record.correlationId,
  });
  reply.raw.flushHeaders();
  let sent = 0;
  const startedAt = performance.now();
  const timer = setInterval(
    () => {
      // Timers are no finer than a millisecond, so a long body catches up by the clock.
      const due = Math.max(sent + 1, Math.floor((performance.now() - startedAt) / everyMs));
      const next = bytes.subarray(sent, due);
      sent = due;
      reply.raw.write(next.length > 0 ? next : ' ');
      if (seconds !== null && sent >= bytes.length) {
        clearInterval(timer);
        reply.raw.end();
      }
    },
    Math.max(1, everyMs),
  );
  reply.raw.on('close', () => clearInterval(timer));
}

/** Ends a request as a fault wants it; `answer` is what it would have got otherwise. */
function endRequest(
  reply: FastifyReply,
  record: RequestRecord,
  ending: Ending,
  answer: Answer,
): void {
  const body = answer.outcome === 'accepted' ? answer.body : {};
  switch (ending.as) {
    case 'honest':
      answerHonestly(reply, record, answer);
      return;
    case 'refusal':
      refuse(reply, record, ending.refusal);
      return;
    case 'stall':
      // The socket stays open until the client gives up or the sandbox closes.
      reply.hijack();
      return;
    case 'reset':
      reply.hijack();
      reply.raw.socket?.resetAndDestroy();
      return;
    case 'trickle':
      trickle(reply, record, JSON.stringify(body), ending.seconds);
      return;
    case 'broken-json': {
      const text = JSON.stringify(body);
      reply
        .code(200)
        .type(JSON_TYPE)
        .send(text.slice(0, Math.max(1, Math.floor(text.length / 2))));
      return;
    }
    case 'empty':
      reply.code(200).type(JSON_TYPE).send({});
      return;
    default:
      throw new Error(`unhandled ending ${ending satisfies never}`);
  }
}

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
