import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FastifyInstance, fastify } from 'fastify';
import { pino } from 'pino';
import {
  type LiveParts,
  LiveUpdates,
  livePart,
  liveRegion,
} from '../../src/dashboard/page/liveUpdates.js';
import { html } from '../../src/html/html.js';
import { RedisUnavailableError } from '../../src/queue/notifierErrors.js';

const EVERY_MS = 100;

describe('live parts of a page', () => {
  let app: FastifyInstance;
  let reads: number;
  let read: () => Promise<LiveParts>;
  let opened: ClientRequest[];
  let logged: string[];

  beforeEach(async () => {
    app = fastify();
    reads = 0;
    opened = [];
    read = async () => ({ flow: html`<p>${'look'}</p>` });
    logged = [];
    const log = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });
    const live = new LiveUpdates(app, log, EVERY_MS);
    app.get('/live/flow', (_request, reply) =>
      live.stream(reply, {
        key: 'flow',
        read: () => {
          reads += 1;
          return read();
        },
      }),
    );
    await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(async () => {
    for (const request of opened) request.destroy();
    await app.close();
  });

  async function open(): Promise<IncomingMessage> {
    const { port } = app.server.address() as { port: number };
    const request = get({ port, path: '/live/flow', agent: false });
    opened.push(request);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.setEncoding('utf8');
    return response;
  }

  async function until(response: IncomingMessage, wanted: RegExp): Promise<string> {
    let seen = '';
    for await (const chunk of response.iterator({ destroyOnReturn: false })) {
      seen += String(chunk);
      if (wanted.test(seen)) return seen;
    }
    return seen;
  }

  test('ten screens cost one look, and each is shown everything', async () => {
    const startedAt = performance.now();
    const screens = await Promise.all(Array.from({ length: 10 }, open));
    const seen = await Promise.all(screens.map((screen) => until(screen, /<p>look/)));
    for (const text of seen) expect(text).toContain('event: flow\ndata: <p>look</p>\n');
    const looks = (performance.now() - startedAt) / EVERY_MS;
    expect(reads).toBeLessThanOrEqual(2 + looks);
  });

  test('a screen that opens is shown nothing that is older than its page', async () => {
    await until(await open(), /<p>look/);
    read = async () => ({ flow: html`<p>${'after a step'}</p>` });
    expect(await until(await open(), /event: flow/)).not.toContain('<p>look');
  });

  test('no one looks while no screen is open', async () => {
    const screen = await open();
    await until(screen, /event: alive/);
    const closed = once(screen, 'close');
    opened[0]?.destroy();
    await closed.catch(() => undefined);
    const before = reads;
    // A poller that went on would look ten times. One look may be under way.
    await new Promise((resolve) => setTimeout(resolve, 10 * EVERY_MS));
    expect(reads).toBeLessThanOrEqual(before + 1);
  });

  test('when Redis does not answer, a fragment says so and since when, and all else stays', async () => {
    const screen = await open();
    await until(screen, /<p>look/);
    read = () => Promise.reject(new RedisUnavailableError(undefined));
    const seen = await until(screen, /event: standing\ndata: <div/);
    expect(seen).toMatch(/Redis does not answer since <time/);
    expect(seen).not.toContain('event: flow');
    read = async () => ({ flow: html`<p>back</p>` });
    expect(await until(screen, /<p>back<\/p>/)).toMatch(/event: standing\ndata: \n\n/);
  });

  test('what cannot be read for another reason is not said to be Redis, and the log says why, once', async () => {
    const screen = await open();
    await until(screen, /<p>look/);
    let failures = 0;
    const failedAgain = new Promise<void>((resolve) => {
      read = () => {
        failures += 1;
        if (failures === 3) resolve();
        return Promise.reject(new Error('a defect'));
      };
    });
    const seen = await until(screen, /event: standing\ndata: <div/);
    expect(seen).toMatch(/What is shown here cannot be read since <time/);
    expect(seen).not.toContain('Redis');
    await failedAgain;
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('a live page cannot be kept up to date');
  });

  test('a line break within a fragment cannot begin an event of its own', async () => {
    read = async () => ({ flow: html`${'a\n\nevent: flow\rdata: forged'}` });
    const seen = await until(await open(), /forged\n\n/);
    expect(seen).toContain('data: a\ndata: \ndata: event: flow\ndata: data: forged\n\n');
  });

  test('closing the api ends the streams at once', async () => {
    const screen = await open();
    await until(screen, /event: alive/);
    const ended = once(screen, 'end');
    screen.resume();
    await app.close();
    await ended;
  });
});

test('a live region says that it is not live any more, and names its parts', () => {
  const { text } = liveRegion('/live/flow', livePart('flow', html`<b>now</b>`));
  expect(text).toContain('sse-connect="/live/flow"');
  expect(text).toContain('<div sse-swap="flow"><b>now</b></div>');
  expect(text).toContain('not live any more');
});
