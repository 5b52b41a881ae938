import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import { type Deployment, deploy } from './support/deployment.js';

const page = readFileSync(new URL('../docs/intake.md', import.meta.url), 'utf8');

let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  // Inside the project, so that the example finds the packages.
  folder = mkdtempSync(fileURLToPath(new URL('./.intake-example-', import.meta.url)));
  deployment = await deploy();
  await deployment.startWorker();
});
afterAll(async () => {
  await deployment.stop();
  rmSync(folder, { recursive: true });
});

function example(language: string): string {
  const [, code] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page) ?? [];
  if (code === undefined) throw new Error(`docs/intake.md has no example in ${language}`);
  return code;
}

test('the TypeScript example of docs/intake.md adds a notification and reads its id', async () => {
  const { code } = transformSync(example('ts'), {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  const file = `${folder}/example.mjs`;
  writeFileSync(file, code);
  const output = await new Promise<string>((resolve) => {
    const env = { ...process.env, ...deployment.env };
    execFile(process.execPath, [file], { env }, (_error, stdout, stderr) =>
      resolve(`${stdout}${stderr}`),
    );
  });
  expect(output).toContain("{ id: 'order-4711-shipped', state: 'accepted' }");
  const view = await deployment.producer.get('order-4711-shipped');
  expect(view?.timeline[0]).toMatchObject({ state: 'accepted', detail: 'by intake' });
}, 60_000);

test('the Python example of docs/intake.md adds the same job to the same queue', () => {
  const [python, typescript] = [example('python'), example('ts')];
  for (const part of ['intake', 'order-4711-shipped', 'customer@example.com', 'follow-up']) {
    expect(python).toContain(`"${part}"`);
    expect(typescript).toContain(`'${part}'`);
  }
  expect(python).toContain('"prefix": "{notifier}"');
});
