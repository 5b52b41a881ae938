import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { EventFeed } from '#product/events/eventFeed.js';
import { isBefore } from '#product/events/feedExtent.js';
import type { Finding, Records } from './judge.js';
import type { Scene } from './scene.js';

const LOOK_EVERY_MS = 500;
const READ_AT_ONCE = 500;

/** What was said of a notification, in the order in which it was said; without repeats. */
type Told = Map<string, { eventId: string; state: string }[]>;

/**
 * A real receiver of webhooks beside the deployment, which is up all the time. In the end it knows whether each
 * change of each notification came, in order, and whether it came from the feed as well.
 */
export class WebhookWitness {
  readonly #server: Server;
  readonly #told: Told = new Map();
  readonly #seen = new Set<string>();
  #requests = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<WebhookWitness> {
    const server = createServer();
    const witness = new WebhookWitness(server);
    server.on('request', (request, response) => void witness.#take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return witness;
  }

  /** Has the api of the scene send it everything from now on. */
  async subscribe(scene: Scene): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${scene.env['API_PORT']}/v1/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'witness', url: `http://127.0.0.1:${port}/` }),
    });
    if (answer.status !== 201) throw new Error(`no webhook was made: ${await answer.text()}`);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // Its sender was killed while it sent.
      return;
    }
    this.#requests += 1;
    const { id, notification } = JSON.parse(Buffer.concat(chunks).toString()) as {
      id: string;
      notification?: { id: string; state: string };
    };
    if (notification !== undefined && !this.#seen.has(id)) {
      this.#seen.add(id);
      note(this.#told, notification.id, { eventId: id, state: notification.state });
    }
    response.writeHead(204).end();
  }

  /** What is missing or out of order, once all has come or the time for it is over. */
  async findings(scene: Scene, records: Records): Promise<Finding[]> {
    const giveUpAt = Date.now() + scene.settings.settleMs;
    const feed = await readFeed(scene);
    const isComplete = () =>
      [...feed].every(([id, said]) => said.length === this.#told.get(id)?.length);
    while (!isComplete() && Date.now() < giveUpAt) await pause(LOOK_EVERY_MS);
    const repeats = this.#requests - this.#seen.size;
    scene.say(`${this.#seen.size} events came by webhook, and ${repeats} requests beside them`);
    return [...records].flatMap(([id, record]) => {
      const finding = (what: string): Finding => ({
        kind: 'lost',
        id,
        what,
        record,
        delivered: [],
      });
      const said = feed.get(id) ?? [];
      const told = this.#told.get(id) ?? [];
      if (said.at(-1)?.state !== record.state) {
        return [finding(`the feed ends with ${said.at(-1)?.state ?? 'nothing'}`)];
      }
      if (JSON.stringify(told) !== JSON.stringify(said)) {
        const [got, there] = [told, said].map((all) => all.map(({ state }) => state).join(' '));
        return [finding(`the webhook got ${got}, and the feed has ${there}`)];
      }
      const isOrdered = told.every(
        ({ eventId }, at) => at === 0 || isBefore(told[at - 1]?.eventId ?? '', eventId),
      );
      return isOrdered ? [] : [finding('the webhook got its events out of order')];
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function note(told: Told, id: string, event: { eventId: string; state: string }): void {
  told.set(id, [...(told.get(id) ?? []), event]);
}

async function readFeed(scene: Scene): Promise<Told> {
  const { redis, ledger } = scene.producer.store;
  const feed = new EventFeed({ redis, ledger });
  const told: Told = new Map();
  let after: string | undefined;
  for (;;) {
    const page = await feed.read({ after, limit: READ_AT_ONCE });
    if (page.kind === 'gone') throw new Error('the feed has forgotten events of this run');
    for (const { id, notification } of page.events) {
      if (notification !== undefined) {
        note(told, notification.id, { eventId: id, state: notification.state });
      }
    }
    after = page.next;
    if (!page.more) return told;
  }
}
