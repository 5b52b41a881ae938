import { Writable } from 'node:stream';
import fc from 'fast-check';
import { pino } from 'pino';
import { classifyResponse } from '#product/dispatch/sendOutcome.js';
import { createGenesysClient, type GenesysClient } from '#product/genesys/genesysClient.js';
import { startSandbox } from '#sandbox/sandbox.js';
import { complaintAbout, SECRETS } from '../harness/apiProcess.js';
import { damaged, jsonBytes, mutated, PERSONAL, text } from '../harness/hostile.js';
import { type Lie, LyingPlatform, type TrueAnswer, type Way } from '../harness/lyingPlatform.js';
import { CALLS, type PlatformCall } from '../harness/platformCalls.js';
import { property } from '../harness/property.js';
import type { Target } from '../harness/target.js';

/** A call waits for an answer no longer than this: two repeats of a read fit into a second. */
const DEADLINE_MS = 300;
const DAY_MS = 24 * 60 * 60 * 1_000;

const status = fc.oneof(
  { weight: 4, arbitrary: fc.constant(200) },
  { weight: 2, arbitrary: fc.constantFrom(201, 202, 204, 206, 299) },
  { weight: 3, arbitrary: fc.constantFrom(301, 304, 400, 401, 403, 404, 406, 407, 408, 409, 429) },
  { weight: 2, arbitrary: fc.constantFrom(500, 502, 503, 504, 599) },
  { weight: 1, arbitrary: fc.integer({ min: 200, max: 599 }) },
);

const retryAfter = fc.oneof(
  fc.constantFrom('0', '-1', '1e9', '999999999999', '0.0001', 'Infinity', 'NaN', '1, 2'),
  fc.constantFrom('Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', 'Mon'),
  text,
);

/** What Node.js writes of a header at all. */
const written = (value: string) => value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 300);

const headers = fc.record(
  {
    'content-type': fc.constantFrom('application/json', 'text/html', 'application/json; charset=x'),
    'retry-after': retryAfter.map(written),
    'inin-correlation-id': text.map(written),
    location: fc.constantFrom('http://127.0.0.1:9/', '//elsewhere', 'file:///etc/passwd'),
    date: fc.oneof(fc.constant('Fri, 31 Dec 9999 23:59:59 GMT'), text.map(written)),
  },
  { requiredKeys: [] },
);

const way = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Way>('whole') },
  { weight: 2, arbitrary: fc.constantFrom<Way>('gzip', 'cut', 'dropped') },
  { weight: 1, arbitrary: fc.constantFrom<Way>('late', 'endless') },
);

const refusal = fc.record(
  {
    // One word has the form of a code, and is passed on as one: there is no list of the platform's codes.
    code: fc.constantFrom(
      'missing.permissions',
      'bad.request',
      'too.many.requests',
      `Mrs ${PERSONAL}`,
      `${PERSONAL}@example.com`,
    ),
    message: text,
    status: fc.integer(),
    details: fc.array(fc.record({ errorCode: text, fieldName: text }), { maxLength: 2 }),
    errors: fc.array(fc.record({ message: text }), { maxLength: 2 }),
    limit: fc.record({ key: text }),
    contextId: text,
  },
  { requiredKeys: [] },
);

export const target: Target = {
  about:
    'answers of the platform: those of the sandbox, mutated, cut off, late, with absurd headers',
  async open() {
    const sandbox = await startSandbox({
      requestsPerMinute: 0,
      indexingLagMs: 0,
      clientSecret: SECRETS.GENESYS_CLOUD_CLIENT_SECRET,
    });
    const platform = await LyingPlatform.start(sandbox.url);
    const complaints: string[] = [];
    const client = await clientOf(platform.url, complaints);
    const scene = { platform, client, complaints };
    const truths = await trueAnswers(scene);
    const properties = [
      property('answers', answersOf(truths), (drawn) => judgeCall(scene, drawn), { weight: 4 }),
      property('logins', answersOf(truths), (drawn) => judgeCall(scene, drawn, true)),
    ];
    return {
      properties,
      async close() {
        await client.close();
        await platform.close();
        await sandbox.close();
      },
    };
  },
};

interface Scene {
  platform: LyingPlatform;
  client: GenesysClient;
  complaints: string[];
}

interface Drawn {
  name: string;
  lie: Lie;
}

async function clientOf(baseUrl: string, complaints: string[]): Promise<GenesysClient> {
  const log = pino(
    { level: 'trace', formatters: { level: (label) => ({ level: label }) } },
    new Writable({
      write(line, _encoding, done) {
        const complaint = complaintAbout(String(line));
        if (complaint !== undefined) complaints.push(complaint);
        done();
      },
    }),
  );
  return createGenesysClient(
    {
      baseUrl,
      engageUrl: baseUrl,
      clientId: 'sandbox',
      clientSecret: SECRETS.GENESYS_CLOUD_CLIENT_SECRET,
      deadlineMs: DEADLINE_MS,
    },
    {
      admission: { acquire: async () => ({ admitted: true }), rateLimited: async () => undefined },
      log,
    },
  );
}

/** What the sandbox answers to each call, which is what the lies are made of. */
async function trueAnswers({ platform, client }: Scene): Promise<Map<string, TrueAnswer>> {
  const truths = new Map<string, TrueAnswer>();
  for (const [name, call] of Object.entries(CALLS)) {
    platform.last = undefined;
    await call.ask(client);
    if (platform.last !== undefined) truths.set(name, platform.last);
  }
  return truths;
}

function answersOf(truths: ReadonlyMap<string, TrueAnswer>): fc.Arbitrary<Drawn> {
  return fc.constantFrom(...Object.keys(CALLS)).chain((name) => {
    const sound = fc.constant(truths.get(name)?.body ?? {});
    const body = fc.oneof(
      { weight: 4, arbitrary: mutated(sound).map(jsonBytes) },
      { weight: 2, arbitrary: damaged(sound.map(jsonBytes)) },
      { weight: 2, arbitrary: mutated(refusal).map(jsonBytes) },
      { weight: 1, arbitrary: text.map((value) => Buffer.from(value)) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('[', '{"a":', '{').map((p) => Buffer.from(p.repeat(50_000))),
      },
    );
    return fc.record({ name: fc.constant(name), lie: fc.record({ status, headers, body, way }) });
  });
}

async function judgeCall(scene: Scene, { name, lie }: Drawn, aboutLogin = false) {
  const { platform, complaints } = scene;
  const call = CALLS[name];
  if (call === undefined) return `no call ${name}`;
  // A login that was refused or has failed is remembered for seconds; another client has no memory.
  const client = aboutLogin ? await clientOf(platform.url, complaints) : scene.client;
  platform.lie = lie;
  platform.liesAboutLogin = aboutLogin;
  platform.asked = 0;
  try {
    const result = await call.ask(client);
    return complaintOf(call, lie, result, platform.asked, aboutLogin) ?? complaints.splice(0)[0];
  } finally {
    platform.lie = undefined;
    if (aboutLogin) await client.close();
    else await client.checkCredentials();
  }
}

type Result = Awaited<ReturnType<PlatformCall['ask']>>;

/** What is wrong with the result of a call, given what the platform really did. */
function complaintOf(
  { sends }: PlatformCall,
  lie: Lie,
  result: Result,
  asked: number,
  aboutLogin: boolean,
): string | undefined {
  const said = JSON.stringify(result);
  if (!result.ok && said.includes(PERSONAL)) return `a failure repeats the answer: ${said}`;
  if (!result.ok && 'retryAfterMs' in result.failure) {
    const { retryAfterMs = 0 } = result.failure;
    if (!(retryAfterMs >= 0 && retryAfterMs <= DAY_MS)) return `waits ${retryAfterMs} ms`;
  }
  if (said.includes(SECRETS.GENESYS_CLOUD_CLIENT_SECRET)) return `a secret: ${said}`;
  if (sends === undefined || aboutLogin) return undefined;
  if (asked > 1) return `a send went out ${asked} times`;
  const fate = result.ok ? 'sent' : classifyResponse(result.failure, sends).kind;
  const isCutOff = ['cut', 'dropped', 'endless'].includes(lie.way);
  const mayHaveBeenSent = asked === 1 && (lie.status < 300 || isCutOff);
  if (lie.status === 429 && lie.way !== 'dropped') return undefined;
  if (mayHaveBeenSent && fate !== 'sent' && fate !== 'unknown') {
    return `perhaps sent, and taken for ${fate}: ${said}`;
  }
  return fate === 'sent' && lie.status >= 300 ? `sent by status ${lie.status}: ${said}` : undefined;
}
