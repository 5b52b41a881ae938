import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import type { FeedEvent } from '../../src/events/event.js';
import { Command } from '../cli/support/command.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { testRedisUrl } from '../support/redis.js';

/** 10,000 for a long run: EVENTS_UNDER_KILLS=10000 npm test -- test/e2e/eventsUnderKills.test.ts */
const NOTIFICATIONS = Number(process.env['EVENTS_UNDER_KILLS'] ?? 240);
const KILLS = NOTIFICATIONS >= 5_000 ? 12 : 2;
const BATCH = 20;
const KEY = 'test-key-0123456789';
/** Waits, and tries that end in one, stand in the feed less often than they happen. */
const NOT_COMPARED = new Set(['queued', 'processing', 'sending']);
const LIMIT_MS = 120_000 + NOTIFICATIONS * 200;

describe('the feed while apis and workers are killed', () => {
  let deployment: Deployment;
  let api: { command: Command; url: string } | undefined;
  const redis = new Redis(testRedisUrl());

  beforeAll(async () => {
    deployment = await deploy({ sandbox: { keepAll: true }, env: { WORKER_CONCURRENCY: '20' } });
  });
  afterAll(async () => {
    api?.command.signal('SIGKILL');
    await redis.quit();
    await deployment.stop();
  });

  async function startApi(): Promise<void> {
    const keys = { API_PORT: '0', API_KEYS: `test:${KEY}`, API_REQUESTS_PER_MINUTE: '0' };
    const command = new Command(['api'], { ...deployment.env, ...keys, LOG_LEVEL: 'info' });
    const [, url = ''] = await command.says(/"url":"([^"]+)"[^\n]*"msg":"ready"/);
    api = { command, url };
  }

  async function call(path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${api?.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return answer.json();
  }

  /** Hands one batch over, again and again, until an api that lives has taken it. */
  async function handOver(notifications: readonly object[]): Promise<void> {
    for (;;) {
      const taken = await call('/v1/notifications/batch', { notifications }).catch(() => undefined);
      if (taken !== undefined) return;
      await startApi();
    }
  }

  function requestOf(n: number) {
    return {
      id: `kills-${n}`,
      recipient: { email: `customer${n}@example.net` },
      template: 'follow-up',
      channels: ['email'],
      history: { required: false },
      metadata: { n },
    };
  }

  test(
    'has the end of every notification once, none missing, in order',
    async () => {
      const followed: FeedEvent[] = [];
      const stop = new AbortController();
      const following = (async () => {
        for await (const event of deployment.producer.events({ signal: stop.signal })) {
          followed.push(event);
        }
      })();
      await startApi();
      const workers = [await deployment.spawnWorker(), await deployment.spawnWorker()];
      const all = Array.from({ length: NOTIFICATIONS }, (_, n) => requestOf(n));
      const killAt = new Set(
        Array.from({ length: KILLS }, (_, n) =>
          Math.floor(((n + 1) * NOTIFICATIONS) / (KILLS + 1) / BATCH),
        ),
      );
      for (let from = 0; from < all.length; from += BATCH) {
        const batch = all.slice(from, from + BATCH);
        if (killAt.has(from / BATCH)) {
          // With the batch under way: what it took is taken, what it did not comes again.
          const taken = call('/v1/notifications/batch', { notifications: batch });
          api?.command.signal('SIGKILL');
          workers.shift()?.kill('SIGKILL');
          await taken.catch(() => undefined);
          workers.push(await deployment.spawnWorker());
        }
        await handOver(batch);
      }
      const due = deployment.producer.store.ledger.keys.due;
      while ((await redis.zcard(due)) > 0) await pause(250);

      const paged: FeedEvent[] = [];
      for (let after: string | undefined, more = true; more; ) {
        const query = after === undefined ? '' : `&after=${after}`;
        const page = (await call(`/v1/events?limit=1000${query}`)) as {
          events: FeedEvent[];
          next: string;
          more: boolean;
        };
        paged.push(...page.events);
        ({ next: after, more } = page);
      }
      while (followed.at(-1)?.id !== paged.at(-1)?.id) await pause(100);
      stop.abort();
      await following;
      expect(followed.map(({ id }) => id)).toEqual(paged.map(({ id }) => id));
      expect(new Set(paged.map(({ id }) => id)).size).toBe(paged.length);

      const byNotification = new Map<string, FeedEvent[]>();
      for (const event of paged) {
        const id = event.notification?.id ?? '';
        byNotification.set(id, [...(byNotification.get(id) ?? []), event]);
      }
      expect(byNotification.size).toBe(NOTIFICATIONS);
      for (const { id, metadata } of all) {
        const events = (byNotification.get(id) ?? []).map(({ notification }) => notification);
        const view = await deployment.producer.get(id);
        const told = events.map((event) => ({ state: event?.state, reason: event?.reason }));
        const lines = view?.timeline.map(({ state, reason }) => ({ state, reason })) ?? [];
        const isCompared = ({ state }: { state?: string }) => !NOT_COMPARED.has(state ?? '');
        expect(told.filter(isCompared)).toEqual(lines.filter(isCompared));
        expect(told[0]?.state).toBe('accepted');
        expect(told.at(-1)).toEqual({ state: view?.state, reason: view?.reason });
        expect(told.filter(({ state }) => state === view?.state)).toHaveLength(1);
        expect(events.at(-1)?.metadata).toEqual(metadata);
      }
    },
    LIMIT_MS,
  );
});
