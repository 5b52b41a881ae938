import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  id: string;
  type: string;
  headers: Record<string, string>;
  text: string;
  body: {
    id: string;
    type: string;
    at: string;
    notification?: { id: string; state: string; metadata?: unknown };
  };
}

type Answer =
  | number
  | 'never'
  | { status: number; headers?: Record<string, string>; body?: string };

/** A real server that webhooks are sent to. What it answers is chosen by request; 204 at first. */
export class Receiver {
  readonly url: string;
  readonly received: Received[] = [];
  answer: (request: Received) => Answer = () => 204;
  readonly #close: () => Promise<void>;

  private constructor(port: number, close: () => Promise<void>) {
    this.url = `http://127.0.0.1:${port}/hook`;
    this.#close = close;
  }

  static async start(): Promise<Receiver> {
    let take: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    const server = createServer((request, response) => void take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receiver = new Receiver((server.address() as AddressInfo).port, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    take = (request, response) => receiver.#take(request, response);
    return receiver;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // Its sender was killed while it sent.
      return;
    }
    const text = Buffer.concat(chunks).toString();
    const body = JSON.parse(text) as Received['body'];
    const headers = request.headers as Record<string, string>;
    const one = { id: headers['webhook-id'] ?? '', type: body.type, headers, text, body };
    this.received.push(one);
    const answer = this.answer(one);
    if (answer === 'never') return;
    const full = typeof answer === 'number' ? { status: answer } : answer;
    response.writeHead(full.status, full.headers);
    response.end(full.body);
  }

  /** What it got of one notification, without repeats. */
  statesOf(notificationId: string): string[] {
    const seen = new Map(
      this.received
        .filter(({ body }) => body.notification?.id === notificationId)
        .map(({ id, body }) => [id, body.notification?.state ?? '']),
    );
    return [...seen.values()];
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** Waits until something is so, however long it takes: the test's own limit ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
