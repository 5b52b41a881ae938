import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { httpProblem, PROBLEM_JSON, type Problem, sendProblem } from './problems.js';
import { STOPPING } from './sharedProblems.js';

/** An upload may take hours, but not stand still. */
const SILENCE_MAX_MS = 30_000;
const LOOK_EVERY_MS = 5_000;

/** Connections over which a file is coming in; the time limit for a request is not for them. */
const uploading = new WeakSet<Socket>();

function isUploading(socket: Socket): boolean {
  return uploading.has(socket);
}

/**
 * The body of a request as a stream that its reader may destroy at any time, without the connection
 * going down with it: the sender of a file that is refused at its first line gets to read why.
 * What is left of the body is then read and thrown away, for half a minute at most.
 *
 * The stream is destroyed with an error when the connection is lost, and when nothing comes for half
 * a minute although we would take it.
 */
export function uploadOf(request: IncomingMessage): Readable {
  const { socket } = request;
  uploading.add(socket);
  const source = new PassThrough();
  const watch = destroyWhenSilent(request, source);
  request.on('error', () => undefined);
  request.once('close', () => {
    uploading.delete(socket);
    if (!request.complete) source.destroy(new Error('the connection was lost'));
  });
  source.once('close', () => {
    clearInterval(watch);
    uploading.delete(socket);
    if (!request.complete && !request.closed) discardRest(request);
  });
  // Without a listener, the error of a reader that has already gone would end the process.
  source.on('error', () => undefined);
  return request.pipe(source);
}

function destroyWhenSilent(request: IncomingMessage, source: PassThrough): NodeJS.Timeout {
  let seen = 0;
  let silentMs = 0;
  return setInterval(() => {
    const read = request.socket.bytesRead;
    // Counted in looks: what came while this process stood still is read after the next one.
    silentMs = read !== seen || source.writableNeedDrain ? 0 : silentMs + LOOK_EVERY_MS;
    seen = read;
    if (silentMs >= SILENCE_MAX_MS) source.destroy(new Error('nothing came any more'));
  }, LOOK_EVERY_MS);
}

function discardRest(request: IncomingMessage): void {
  request.unpipe();
  request.resume();
  const tooLong = setTimeout(() => request.destroy(), SILENCE_MAX_MS);
  request.once('close', () => clearTimeout(tooLong));
}

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

/** Answers what is not even HTTP, as far as the client is still connected. */
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
    if (stopping) return sendProblem(reply, STOPPING);
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
}
