import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { httpProblem, PROBLEM_JSON, type Problem, problem, sendProblem } from './problems.js';
import { isUploading } from './upload.js';

/*
 * Against callers who send a byte a minute: headers and the whole request have a time limit each,
 * and Node looks for offenders every few seconds instead of every 30. Idle connections are kept for
 * longer than load balancers keep theirs, so that it is not we who close one that is being used.
 */
const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 30_000;
const LOOK_FOR_SLOW_EVERY_MS = 5_000;
const KEEP_IDLE_FOR_MS = 72_000;

export const CONNECTION_OPTIONS = {
  requestTimeout: REQUEST_WITHIN_MS,
  keepAliveTimeout: KEEP_IDLE_FOR_MS,
  http: {
    headersTimeout: HEADERS_WITHIN_MS,
    connectionsCheckingInterval: LOOK_FOR_SLOW_EVERY_MS,
  },
  clientErrorHandler: answerBrokenRequest,
  // The framework's own answer while stopping is no problem document; ours is below.
  return503OnClosing: false,
};

/** Answers what is not even HTTP, as far as there is still somebody to answer. */
function answerBrokenRequest(error: { code?: string }, socket: Socket): void {
  // A large file takes longer than a request may; whether it stands still is watched elsewhere.
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isUploading(socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = brokenRequest(error.code);
  const json = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${body.status} ${body.title}\r\nContent-Type: ${PROBLEM_JSON}\r\n` +
      `Content-Length: ${Buffer.byteLength(json)}\r\nConnection: close\r\n\r\n${json}`,
  );
}

function brokenRequest(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return httpProblem(408, 'The request took too long to arrive.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') return httpProblem(431, 'The headers are too large.');
  return httpProblem(400, 'This is not a valid HTTP request.');
}

/**
 * Once the server has begun to close, ends each connection with its answer (an idle one would keep
 * the server from closing), and refuses what still arrives on one that had been silent until then.
 */
export function endWhileStopping(app: FastifyInstance): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.addHook('onRequest', async (_request, reply) => {
    if (stopping) return sendProblem(reply, problem('stopping', { retryAfter: 1 }));
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
}
