import { randomBytes } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import path from 'node:path';
import { Redis } from 'ioredis';
import { Child } from '../../chaos/harness/child.js';
import { PERSONAL } from './hostile.js';
import { PROJECT } from './project.js';

const MAIN = path.join(PROJECT, 'dist/main.js');

/** Secrets of this deployment, which no log line may have. */
export const SECRETS = {
  NOTIFIER_SECRET: 'k1:Zq7secretOfTheFuzzedDeployment',
  API_KEYS: 'fuzz:Zq7keyOfTheFuzzedDeployment0123456789',
  GENESYS_CLOUD_CLIENT_SECRET: 'Zq7clientSecretOfTheFuzzed',
  DASHBOARD_PASSWORD: 'Zq7passwordOfTheFuzzedDeployment',
} as const;
export const API_KEY = SECRETS.API_KEYS.slice('fuzz:'.length);

const FORBIDDEN = [
  PERSONAL,
  ...Object.values(SECRETS).map((secret) => secret.split(':').at(-1) ?? ''),
];
/** So long after nothing has come, nothing will come. */
const NO_ANSWER_MS = 15_000;

/** What others send is no error of ours. */
const LEVELS_OF_ERRORS = new Set(['error', 'fatal']);

export interface ApiAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface ApiRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: Buffer;
}

/** The built product's api, in a process of its own, with keys of its own in the Redis given. */
export class ApiProcess {
  readonly url: string;
  readonly #child: Child;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #complaints: string[];
  readonly #redis: Redis;
  readonly #prefix: string;

  private constructor(parts: {
    url: string;
    child: Child;
    complaints: string[];
    redisUrl: string;
    prefix: string;
  }) {
    this.url = parts.url;
    this.#child = parts.child;
    this.#complaints = parts.complaints;
    this.#redis = new Redis(parts.redisUrl);
    this.#prefix = parts.prefix;
  }

  static async start(redisUrl: string, env: Record<string, string> = {}): Promise<ApiProcess> {
    const prefix = `{fuzz-${randomBytes(4).toString('hex')}}`;
    const complaints: string[] = [];
    let ready: (url: string) => void = () => undefined;
    const url = new Promise<string>((resolve) => {
      ready = resolve;
    });
    const child = new Child({
      name: 'the api',
      args: [MAIN, 'api'],
      env: {
        ...SECRETS,
        REDIS_URL: redisUrl,
        QUEUE_PREFIX: prefix,
        API_PORT: '0',
        API_REQUESTS_PER_MINUTE: '0',
        BACKLOG_MAX: '10000000',
        DASHBOARD_USER: 'fuzz',
        GENESYS_CLOUD_CLIENT_ID: 'fuzz',
        // No one listens there.
        GENESYS_CLOUD_BASE_URL: 'http://127.0.0.1:9',
        GENESYS_EMAIL_FROM: 'care@example.com',
        LOG_LEVEL: 'debug',
        ...env,
      },
      onLine: (line) => {
        const complaint = complaintAbout(line);
        if (complaint !== undefined) complaints.push(complaint);
        if (line.includes('"msg":"ready"')) ready((JSON.parse(line) as { url: string }).url);
      },
    });
    return new ApiProcess({ url: await child.alive(url), child, complaints, redisUrl, prefix });
  }

  /** Throws when there is no answer. */
  ask({ method, path, headers = {}, body }: ApiRequest): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        this.url,
        {
          agent: this.#agent,
          method,
          path,
          headers: {
            ...headers,
            ...(body !== undefined && { 'content-length': String(body.length) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          // Goes on until its reader has seen enough.
          if (response.headers['content-type']?.startsWith('text/event-stream')) {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text: '' });
            asked.destroy();
          }
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      asked.on('error', reject);
      asked.setTimeout(NO_ANSWER_MS, () => asked.destroy(new Error('no answer in time')));
      asked.end(body);
    });
  }

  /** What is wrong with the process or with what it has logged since it was asked last. */
  complaint(): string | undefined {
    if (!this.#child.isAlive) return `the api ended by itself:\n${this.#child.lastLines}`;
    return this.#complaints.splice(0)[0];
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await this.#child.stop();
    const match = this.#prefix.replace(/[{}]/g, '\\$&');
    for await (const keys of this.#redis.scanStream({ match: `${match}*`, count: 1_000 })) {
      if (keys.length > 0) await this.#redis.unlink(...(keys as string[]));
    }
    await this.#redis.quit();
  }
}

/** What is wrong with a line of the log. */
export function complaintAbout(line: string): string | undefined {
  const found = FORBIDDEN.find((word) => line.includes(word));
  if (found !== undefined) return `a log line has ${found}: ${line}`;
  try {
    const { level } = JSON.parse(line) as { level: string };
    return LEVELS_OF_ERRORS.has(level) ? `an error was logged: ${line}` : undefined;
  } catch {
    return `a log line is no JSON: ${line}`;
  }
}
