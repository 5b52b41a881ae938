import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';

/** An upload may take hours, but not stand still. */
const SILENCE_MAX_MS = 30_000;
const LOOK_EVERY_MS = 5_000;

/** Connections over which a file is coming in; the time limit for a request is not for them. */
const uploading = new WeakSet<Socket>();

export function isUploading(socket: Socket): boolean {
  return uploading.has(socket);
}

/**
 * The body of a request as a stream that its reader may destroy at any time, without the connection
 * going down with it: whoever sends a file that is refused at its first line shall get to read why.
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
  let silentSince = performance.now();
  return setInterval(() => {
    const now = performance.now();
    const read = request.socket.bytesRead;
    if (read !== seen || source.writableNeedDrain) {
      seen = read;
      silentSince = now;
    } else if (now - silentSince >= SILENCE_MAX_MS) {
      source.destroy(new Error('nothing came any more'));
    }
  }, LOOK_EVERY_MS);
}

function discardRest(request: IncomingMessage): void {
  request.unpipe();
  request.resume();
  const tooLong = setTimeout(() => request.destroy(), SILENCE_MAX_MS);
  request.once('close', () => clearTimeout(tooLong));
}
