import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { platformId } from './platformId.js';

/** Why a socket ended. `silent`: it was open, and nothing came from it, pongs included. */
export type SocketEnd = 'refused' | 'closed' | 'silent' | 'aborted';

export interface SocketHandlers {
  /** It is open: from now on nothing is missed. */
  onOpen(): void;
  /** Something came, be it a heartbeat or an event. */
  onHeard(): void;
  onUndelivered(messageIds: string[]): void;
}

export interface SocketOptions {
  topic: string;
  signal: AbortSignal;
  /** A socket that is silent for so long (ms) is asked whether it lives; after twice that it is dead. */
  silentAfterMs: number;
}

/** Genesys sends a heartbeat every 30 s. */
export const SILENT_AFTER_MS = 35_000;

const OPENS_WITHIN_MS = 16_000;
/** Genesys: one event names a few messages. */
const MOST_BYTES = 256 * 1024;
const PING = JSON.stringify({ message: 'ping' });

const Frame = z.object({ topicName: z.string(), eventBody: z.unknown() });
const Undelivered = z.object({ messages: z.array(z.object({ id: platformId })) });

/** Listens on a channel's socket until it ends. Nothing of what it hears is kept here or logged. */
export async function listenOnSocket(
  uri: string,
  handlers: SocketHandlers,
  { topic, signal, silentAfterMs }: SocketOptions,
): Promise<SocketEnd> {
  const { WebSocket } = await import('ws');
  if (signal.aborted) return 'aborted';
  const socket = new WebSocket(uri, {
    handshakeTimeout: OPENS_WITHIN_MS,
    maxPayload: MOST_BYTES,
    followRedirects: false,
  });
  const ended = new AbortController();
  let isOpen = false;
  let end: SocketEnd | undefined;
  const finish = (why: SocketEnd) => {
    end ??= why;
    socket.terminate();
  };
  const onAbort = () => finish('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  const watch = new SilenceWatch(socket, silentAfterMs, () => finish('silent'), ended.signal);
  return new Promise((resolve) => {
    // Its end follows; without a listener it would end the process.
    socket.on('error', () => undefined);
    socket.on('open', () => {
      isOpen = true;
      watch.start();
      handlers.onOpen();
    });
    socket.on('message', (data) => {
      watch.heard();
      handlers.onHeard();
      const messageIds = undeliveredIn(String(data), topic);
      if (messageIds.length > 0) handlers.onUndelivered(messageIds);
    });
    socket.on('close', () => {
      ended.abort();
      signal.removeEventListener('abort', onAbort);
      resolve(end ?? (isOpen ? 'closed' : 'refused'));
    });
  });
}

/** A connection that died without a word looks like one on which nothing happens. */
class SilenceWatch {
  #heardAt = 0;

  constructor(
    readonly socket: WebSocket,
    readonly silentAfterMs: number,
    readonly onSilent: () => void,
    readonly signal: AbortSignal,
  ) {}

  start(): void {
    this.heard();
    void this.#watch().catch(() => undefined);
  }

  heard(): void {
    this.#heardAt = performance.now();
  }

  async #watch(): Promise<void> {
    for (;;) {
      await delay(this.silentAfterMs / 2, undefined, { signal: this.signal });
      const silentMs = performance.now() - this.#heardAt;
      if (silentMs >= 2 * this.silentAfterMs) return this.onSilent();
      if (silentMs >= this.silentAfterMs) this.socket.send(PING, () => undefined);
    }
  }
}

/** Ids of the messages of an event; none for anything else, however it is malformed. */
function undeliveredIn(text: string, topic: string): string[] {
  const frame = Frame.safeParse(parsed(text));
  if (!frame.success || frame.data.topicName !== topic) return [];
  const body = Undelivered.safeParse(frame.data.eventBody);
  return body.success ? body.data.messages.map(({ id }) => id) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
