import { Writable } from 'node:stream';
import { afterAll, afterEach } from '@jest/globals';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { startApi } from '../../../src/app/apiApp.js';
import { type Config, loadConfig } from '../../../src/config.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../../support/redis.js';

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface TestApi {
  url: string;
  config: Config;
  /** Its pages for people, by what they are. */
  pages: Readonly<Record<string, string>>;
  /** Every line that was logged, as it was written. */
  logged: string[];
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  post(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The keys of its deployment that are not the templates'. */
  storedKeys(): Promise<string[]>;
  stop(): Promise<void>;
}

export const REQUEST = { recipient: { email: 'customer@example.com' }, template: 'follow-up' };

const started: { stop(): Promise<void>; prefix: string; shared: boolean }[] = [];

async function stopApis(): Promise<void> {
  for (const { stop, prefix, shared } of started.splice(0)) {
    await stop();
    if (shared) await flushPrefix(prefix);
  }
}

/** Stops what each test has started. */
export function stopApisAfterEach(): void {
  afterEach(stopApis);
}

/** Stops what the tests of a file have shared. */
export function stopApisAfterAll(): void {
  afterAll(stopApis);
}

/** The API role itself, on a free port, with an environment as a deployment would have it. */
export async function startTestApi(env: Record<string, string> = {}): Promise<TestApi> {
  const config = testConfig(env);
  const logged: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged.push(String(chunk));
      done();
    },
  });
  const role = await startApi(config, pino({ level: 'trace' }, destination));
  const stop = () => role.stop();
  started.push({
    stop,
    prefix: config.QUEUE_PREFIX,
    shared: config.REDIS_URL === process.env['TEST_REDIS_URL'],
  });
  const call = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => fetchJson(`${role.url}${path}`, method, body, headers);
  return {
    url: role.url,
    config,
    pages: role.pages ?? {},
    logged,
    call,
    post: (body, headers) => call('POST', '/v1/notifications', body, headers),
    storedKeys: () => storedKeys(config),
    stop,
  };
}

function testConfig(env: Record<string, string>): Config {
  const defaults = {
    REDIS_URL: env['REDIS_URL'] ?? testRedisUrl(),
    QUEUE_PREFIX: freshPrefix(),
    API_PORT: '0',
  };
  const loaded = loadConfig({ ...defaults, ...env }, 'api');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

/** A string is sent as it is, anything else as JSON. */
async function fetchJson(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

async function storedKeys(config: Config): Promise<string[]> {
  const redis = new Redis(config.REDIS_URL);
  try {
    const keys = await redis.keys(`${config.QUEUE_PREFIX}:*`);
    return keys.filter((key) => !/:(templates(:versions)?|t:[0-9a-f]+)$/.test(key)).sort();
  } finally {
    redis.disconnect();
  }
}
