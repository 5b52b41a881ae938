import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import { type Deployment, deploy } from '../support/deployment.js';
import { codeBlocks, pageAt } from '../support/pages.js';
import { productMain } from '../support/product.js';

let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  // The example of the library imports the product as it is built.
  productMain();
  // Inside the project, so that the examples find the packages.
  folder = mkdtempSync(fileURLToPath(new URL('./.example-', import.meta.url)));
  deployment = await deploy();
  await deployment.startWorker();
});
afterAll(async () => {
  await deployment?.stop();
  rmSync(folder, { recursive: true });
});

function example(path: string, language: string): string {
  const [code] = codeBlocks(pageAt(path), language);
  if (code === undefined) throw new Error(`${path} has no example in ${language}`);
  return code;
}

/** What a TypeScript example prints, in a process of its own. */
function run(code: string): Promise<string> {
  const { code: script } = transformSync(code, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  const file = `${folder}/example.mjs`;
  writeFileSync(file, script);
  return new Promise((resolve) => {
    const env = { ...process.env, ...deployment.env };
    execFile(process.execPath, [file], { env }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });
}

test('the TypeScript example of docs/intake.md adds a notification and reads its id', async () => {
  const output = await run(example('docs/intake.md', 'ts'));
  expect(output).toContain("{ id: 'order-4711-shipped', state: 'accepted' }");
  const view = await deployment.producer.get('order-4711-shipped');
  expect(view?.timeline[0]).toMatchObject({ state: 'accepted', detail: 'by intake' });
});

test('the Python example of docs/intake.md adds the same job to the same queue', () => {
  const [python, typescript] = [
    example('docs/intake.md', 'python'),
    example('docs/intake.md', 'ts'),
  ];
  for (const part of ['intake', 'order-4711-shipped', 'customer@example.com', 'follow-up']) {
    expect(python).toContain(`"${part}"`);
    expect(typescript).toContain(`'${part}'`);
  }
  expect(python).toContain('"prefix": "{notifier}"');
});

test('the TypeScript example of docs/events.md prints what happened', async () => {
  await deployment.producer.send({
    id: 'heard-of',
    recipient: { email: 'customer@example.com' },
    template: 'follow-up',
  });
  const options = `redisUrl: '${deployment.env['REDIS_URL']}', prefix: '${deployment.prefix}'`;
  const code = example('docs/events.md', 'ts')
    .replace('@proactive-notifier/producer', 'proactive-notifier')
    .replace("redisUrl: 'redis://127.0.0.1:6379'", options)
    .replace(
      '// Store event.id together',
      "if (event.notification?.id === 'heard-of') stop.abort(); //",
    );
  expect(await run(code)).toContain('notification.accepted heard-of');
});

test('the TypeScript example of docs/sending.md hands over one notification and many', async () => {
  const options = `redisUrl: '${deployment.env['REDIS_URL']}', prefix: '${deployment.prefix}'`;
  // The product exports the same; the package itself is tested in test/packaging/producer.test.ts.
  const code = example('docs/sending.md', 'ts')
    .replace('@proactive-notifier/producer', 'proactive-notifier')
    .replace("redisUrl: 'redis://127.0.0.1:6379'", options);
  const output = await run(code);
  expect(output).toMatch(/isNew: true/);
  expect(output).toMatch(/^0 accepted$/m);
});
