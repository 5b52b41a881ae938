import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { NotificationProducer } from '../../src/queue/producer.js';
import { TemplateCatalogue } from '../../src/templates/catalogue.js';
import {
  loadTemplates,
  publishTemplates,
  templatesDir,
} from '../../src/templates/loadTemplates.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

const run = promisify(execFile);
const NAME = '@proactive-notifier/producer';
const project = fileURLToPath(new URL('../../', import.meta.url));
const installed = path.join(project, 'node_modules');
const product = manifestIn(project);

interface Manifest {
  version: string;
  license: string;
  engines: object;
  dependencies: Record<string, string>;
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}

/** Packs the package as `npm publish` does, and unpacks it as `npm install` does, into `folder`. */
async function packInto(folder: string): Promise<void> {
  const at = path.dirname(folder);
  mkdirSync(folder, { recursive: true });
  const pack = ['pack', '-w', NAME, '--ignore-scripts=false', '--pack-destination', at];
  await run('npm', pack, { cwd: project });
  const archive = readdirSync(at).find((name) => name.endsWith('.tgz')) ?? 'no archive';
  await run('tar', ['-xzf', path.join(at, archive), '-C', folder, '--strip-components=1']);
}

/** Every package that the code in `folder`, or its types, import. */
function importedBy(folder: string): Set<string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const specifiers = files
    .filter((name) => /\.(?:js|d\.ts)$/.test(name))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .flatMap((code) => [...code.matchAll(/\b(?:from|import) ?\(?['"]([^.'"][^'"]*)['"]/g)])
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !specifier.startsWith('node:'));
  return new Set(specifiers.map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? ''));
}

const TYPED = `import { NotificationProducer, type Sent } from '${NAME}';
export async function send(producer: NotificationProducer): Promise<Sent> {
  const sent = await producer.send({ recipient: { email: 'a@example.com' }, template: 'one' });
  // @ts-expect-error A state is no number.
  const state: number = sent.state;
  // @ts-expect-error A request names its template.
  await producer.send({ recipient: { email: 'a@example.com' } });
  return { ...sent, id: String(state) };
}
`;

describe('the package of the producer', () => {
  const prefix = freshPrefix();
  const redis = new Redis(testRedisUrl());
  const root = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-producer-'));
  const unpacked = path.join(root, 'node_modules', NAME);
  /** The examples of its README: the whole one, what reads events, and the line for CommonJS. */
  let examples: string[];

  beforeAll(async () => {
    const catalogue = new TemplateCatalogue(redis, prefix);
    await publishTemplates(catalogue, await loadTemplates(templatesDir({})), ['web', 'email']);
    await packInto(unpacked);
    // Nothing but what it declares can be found from there, so the network is not needed.
    for (const name of ['@types', ...Object.keys(manifestIn(unpacked).dependencies)]) {
      const link = path.join(root, 'node_modules', name);
      mkdirSync(path.dirname(link), { recursive: true });
      symlinkSync(path.join(installed, name), link);
    }
    const readme = readFileSync(path.join(unpacked, 'README.md'), 'utf8');
    examples = [...readme.matchAll(/```js\n([\s\S]+?)```/g)].map(([, code = '']) => code);
  });
  afterAll(async () => {
    await redis.quit();
    await flushPrefix(prefix);
    rmSync(root, { recursive: true, force: true });
  });

  function project(name: string, type: 'module' | 'commonjs', files: Record<string, string>) {
    const folder = path.join(root, name);
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type }));
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(path.join(folder, file), text);
    }
    return folder;
  }

  /** Runs an example, which has to end by itself and warn of nothing, and looks for what it sent. */
  async function expectAccepted(folder: string): Promise<void> {
    const { stdout, stderr } = await run(process.execPath, ['index.js'], { cwd: folder });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/state: 'accepted'/);
    const id = /id: '([^']+)'/.exec(stdout)?.[1] ?? 'no id';
    const reader = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });
    try {
      expect(await reader.get(id)).toMatchObject({ id, state: 'queued' });
    } finally {
      await reader.close();
    }
    expect(await redis.keys(`${prefix}:transactional:n-${id}.*`)).toHaveLength(1);
  }

  const here = (code: string) =>
    code.replace(/\{ redisUrl: [^}]+\}/, JSON.stringify({ redisUrl: testRedisUrl(), prefix }));

  test('has the version of the product, and its terms', () => {
    const { version, license, engines } = product;
    expect(manifestIn(unpacked)).toMatchObject({ version, license, engines });
  });

  test('names exactly the packages that its code and its types import, in the versions of the product', () => {
    const { dependencies } = manifestIn(unpacked);
    const imported = [...importedBy(path.join(unpacked, 'dist'))].sort();
    expect(imported.length).toBeGreaterThan(3);
    expect(dependencies).toEqual(
      Object.fromEntries(imported.map((name) => [name, product.dependencies[name]])),
    );
  });

  test('hands a notification over from an ES module', async () => {
    const [whole = ''] = examples;
    await expectAccepted(project('esm', 'module', { 'index.js': here(whole) }));
  });

  test('hands a notification over from CommonJS', async () => {
    const [whole = ''] = examples;
    const required = examples.find((code) => code.includes('require(')) ?? '';
    const body = here(whole).replace(/^import .+$/m, '');
    const code = `${required}(async () => {\n${body}\n})();\n`;
    await expectAccepted(project('commonjs', 'commonjs', { 'index.js': code }));
  });

  test('has types for both kinds of module', async () => {
    project('typed-esm', 'module', { 'send.ts': TYPED });
    project('typed-commonjs', 'commonjs', { 'send.ts': TYPED });
    const options = { module: 'nodenext', strict: true, noEmit: true, types: ['node'] };
    const compilerOptions = { ...options, skipLibCheck: true };
    const include = ['typed-esm', 'typed-commonjs'];
    writeFileSync(path.join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    await run(path.join(installed, '.bin/tsc'), ['-p', root]);
  });
});
