import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { productMain } from '../support/product.js';
import { Receiver, until } from './support/receiver.js';
import { Senders, STATES_OF_ONE } from './support/senders.js';

stopApisAfterAll();

const NOTIFICATIONS = 40;
const KILLS_AT = [10, 35, 60, 85];
const SCRIPT = fileURLToPath(new URL('./support/sendingProcess.mjs', import.meta.url));

let api: TestApi;
let senders: Senders;
let receiver: Receiver;
let child: ChildProcess;

beforeAll(async () => {
  productMain();
  api = await startTestApi();
  senders = new Senders(api);
  receiver = await Receiver.start();
});
afterAll(async () => {
  child.kill('SIGKILL');
  await senders.stop();
  await receiver.close();
});

function startSender(): ChildProcess {
  const { REDIS_URL, QUEUE_PREFIX } = api.config;
  return spawn(process.execPath, [SCRIPT], { env: { ...process.env, REDIS_URL, QUEUE_PREFIX } });
}

test('a sender that is killed in the middle of deliveries skips nothing: each change arrives, in order, by its id', async () => {
  await senders.webhook('killed', receiver.url);
  const kills = [...KILLS_AT];
  receiver.answer = () => {
    if (receiver.received.length < (kills[0] ?? Number.POSITIVE_INFINITY)) return 204;
    kills.shift();
    child.kill('SIGKILL');
    child = startSender();
    // What it would have answered is not heard any more.
    return 204;
  };
  child = startSender();
  const ids = Array.from({ length: NOTIFICATIONS }, (_, at) => `killed-${at}`);
  for (const id of ids) await senders.notification(id);
  await until(() => ids.every((id) => receiver.statesOf(id).length === STATES_OF_ONE.length));
  for (const id of ids) expect([id, receiver.statesOf(id)]).toEqual([id, STATES_OF_ONE]);
  expect(kills).toEqual([]);
  const webhookIds = receiver.received.map(({ id }) => id);
  expect(new Set(webhookIds).size).toBe(NOTIFICATIONS * STATES_OF_ONE.length);
  // At most what was under way at each kill came twice, and what was not noted yet.
  expect(webhookIds.length).toBeLessThan(
    NOTIFICATIONS * STATES_OF_ONE.length + KILLS_AT.length * 20,
  );
});
