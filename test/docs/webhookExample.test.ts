import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import { WebhookPoster } from '../../src/webhooks/webhookPost.js';
import { makeSecret, signedHeaders } from '../../src/webhooks/webhookSignature.js';
import { freePort } from '../support/freePort.js';
import { codeBlocks, pageAt } from '../support/pages.js';

const secret = makeSecret();
let folder: string;
let receiver: ChildProcess;
let output = '';
let url: string;
const poster = new WebhookPoster({ allowPrivate: true });

beforeAll(async () => {
  // Inside the project, so that the example finds its package.
  folder = mkdtempSync(fileURLToPath(new URL('./.example-', import.meta.url)));
  const [example = ''] = codeBlocks(pageAt('docs/webhooks.md'), 'ts');
  const { code } = transformSync(example, {
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
    module: { type: 'es6' },
  });
  writeFileSync(`${folder}/receiver.mjs`, code);
  const port = await freePort();
  url = `http://127.0.0.1:${port}/`;
  const env = { ...process.env, WEBHOOK_SECRET: secret, PORT: String(port) };
  receiver = spawn(process.execPath, [`${folder}/receiver.mjs`], { env });
  for (const stream of [receiver.stdout, receiver.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  while (!output.includes('listening')) await new Promise((resolve) => setTimeout(resolve, 20));
});
afterAll(() => {
  poster.stop();
  receiver.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function send(id: string, by: string, now = Date.now()): Promise<unknown> {
  const notification = { id: `of-${id}`, state: 'sent' };
  const body = JSON.stringify({ id, type: 'notification.sent', notification });
  const headers = signedHeaders([{ secret: by, createdAt: 0 }], { id, body }, now);
  const result = await poster.post(url, headers, body);
  return result.kind === 'answered' ? result.status : result.error;
}

test('the receiver of docs/webhooks.md takes what is signed, once, and refuses what is not', async () => {
  expect(await send('1-0', secret)).toBe(204);
  expect(await send('1-0', secret)).toBe(204);
  expect(await send('2-0', makeSecret())).toBe(401);
  expect(await send('3-0', secret, Date.now() - 10 * 60_000)).toBe(401);
  expect(await send('4-0', secret)).toBe(204);
  // It answers before it prints.
  while (!output.includes('of-4-0')) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(output.match(/notification\.sent of-\S+/g)).toEqual([
    'notification.sent of-1-0',
    'notification.sent of-4-0',
  ]);
});
