import type { FastifyReply } from 'fastify';
import { type Answer, errorBody, type Refused } from '../answer.js';
import type { Ending } from '../faultPlan.js';
import type { RequestRecord } from '../requestLog.js';
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
export function endRequest(
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
