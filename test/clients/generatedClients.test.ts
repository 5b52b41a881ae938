import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { codeBlocks, pageAt, projectRoot } from '../support/pages.js';

const run = promisify(execFile);
const KEY = 'a-key-of-the-shop';
/** The workspace that has the generators. */
const WORKSPACE = new URL('./generators/', import.meta.url);
/** Where npm puts their programs, as `npx` looks for them. */
const PROGRAMS = [WORKSPACE, projectRoot].map((at) =>
  fileURLToPath(new URL('node_modules/.bin', at)),
);

/** The generators of docs/clients.md, in its order; each writes the client of a document. */
const GENERATORS = [
  { name: 'openapi-typescript', into: (file: string) => ['-o', file] },
  { name: 'oazapfts', into: (file: string) => [file] },
];

const SETTINGS = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    target: 'es2022',
    module: 'nodenext',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    outDir: 'built',
    rootDir: '.',
  },
};

let api: TestApi;
let folder: string;
let document: { paths: Record<string, Record<string, { operationId: string }>> };

beforeAll(async () => {
  api = await startTestApi({ API_KEYS: `shop:${KEY}` });
  // Inside the workspace, so that what they make finds its packages.
  folder = mkdtempSync(fileURLToPath(new URL('.generated-', WORKSPACE)));
  const text = await (await fetch(`${api.url}/openapi.json`)).text();
  document = JSON.parse(text);
  writeFileSync(path.join(folder, 'openapi.json'), text);
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(SETTINGS));
  const examples = codeBlocks(pageAt('docs/clients.md'), 'ts');
  const env = { ...process.env, PATH: [...PROGRAMS, process.env['PATH']].join(path.delimiter) };
  for (const [at, { name, into }] of GENERATORS.entries()) {
    mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, name, 'program.ts'), examples[at] ?? '');
    await run(name, ['openapi.json', ...into(`${name}/notifier.ts`)], { cwd: folder, env });
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
stopApisAfterAll();

describe('clients that are generated from the OpenAPI document', () => {
  test('pass the compiler in strict mode, with the programs of docs/clients.md', async () => {
    const compiler = fileURLToPath(new URL('node_modules/.bin/tsc', projectRoot));
    const { stdout } = await run(compiler, ['-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  test.each([
    { name: 'openapi-typescript', prefix: 'fetch' },
    { name: 'oazapfts', prefix: 'functions' },
  ])(
    '$name: sends, reads, meets a conflict, sends a batch, and uploads a campaign',
    async ({ name, prefix }) => {
      const file = path.join(folder, 'built', name, 'program.js');
      const env = { ...process.env, NOTIFIER_URL: api.url, NOTIFIER_KEY: KEY };
      const { stdout } = await run(process.execPath, [file], { env });
      expect(stdout.trimEnd().split('\n')).toEqual([
        `read ${prefix}-1 accepted`,
        `conflict 409 urn:proactive-notifier:problem:id-conflict ${prefix}-1`,
        'batch [ 202, 422 ]',
        'rows 1 rejected 1',
      ]);
    },
  );

  test('find an operation under a name of its own at each path', () => {
    const ids = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  });
});
