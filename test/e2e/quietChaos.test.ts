import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NumberedRow } from '../../src/campaign/campaign.js';
import type { ReleaseStep } from '../../src/campaign/release.js';
import { RowStore } from '../../src/campaign/rowStore.js';
import { CampaignStore } from '../../src/campaign/store.js';
import { Keyring } from '../../src/notification/keyring.js';
import { launch } from '../campaign/support/campaigns.js';
import { type Deployment, deploy } from '../support/deployment.js';

const STEPS: readonly ReleaseStep[] = ['rows_read', 'accepted', 'jobs_added', 'queued'];
const ROWS = 40;
/** Where it is quiet now, and where it is the other half of the day. */
const QUIET_ZONE = 'Etc/UTC';
const OPEN_ZONE = 'Etc/GMT+12';

/** Two hours ago to three hours ahead, by the clock of the quiet zone. */
function quietNow(): string {
  const hour = new Date().getUTCHours();
  const at = (shift: number) => `${String((hour + shift) % 24).padStart(2, '0')}:00`;
  return `${at(22)}-${at(4)}`;
}

const addressOf = (number: number) => `row${number}@example.net`;
const isQuiet = (number: number) => number % 2 === 0;

function rows(): NumberedRow[] {
  return Array.from({ length: ROWS }, (_, at) => {
    const number = at + 2;
    const timeZone = isQuiet(number) ? QUIET_ZONE : OPEN_ZONE;
    return { number, row: { recipient: { email: addressOf(number), timeZone } } };
  });
}

let deployment: Deployment;
let campaigns: CampaignStore;

beforeAll(async () => {
  deployment = await deploy({ sandbox: { keepAll: true } });
  const { redis, prefix } = deployment.producer.store;
  campaigns = new CampaignStore(redis, prefix, { retentionMs: 600_000 });
});
afterAll(() => deployment.stop());

/** Waits until so many rows have left; what a killed worker was just sending may be `unknown`. */
async function untilLeft(expected: number): Promise<{ unknown: number }> {
  for (;;) {
    const counts = await campaigns.counts('quiet');
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(ROWS);
    const { sent, unknown, waiting } = counts;
    expect(waiting).toBeGreaterThanOrEqual(ROWS - expected);
    if (sent + unknown === expected) return { unknown };
    await delay(100);
  }
}

/** Whom a message reached, and that none got two. */
function reached(): string[] {
  const all = deployment.sandbox.deliveries.list().map(({ to }) => to);
  expect(new Set(all).size).toBe(all.length);
  return all;
}

test('rows wait for their hours and go out once, though a feeder is killed at each step of their release', async () => {
  const quiet = { QUIET_HOURS: quietNow(), QUIET_TIME_ZONE: QUIET_ZONE };
  const hire = (stopAt?: string) => deployment.spawnWorker({ stopAt, changes: quiet });
  let worker = await hire(STEPS[0]);
  const { redis, prefix, ledger } = deployment.producer.store;
  const template = await deployment.producer.catalogue.find('follow-up');
  await launch(campaigns, new RowStore(redis, prefix, Keyring.forDevelopment()), rows(), {
    id: 'quiet',
    templateHash: template?.hash ?? 'none',
    defaults: { channels: ['email'], history: { required: false } },
  });
  for (const [at] of STEPS.entries()) {
    await worker.stopped;
    worker.kill('SIGKILL');
    await worker.exited;
    worker = await hire(STEPS[at + 1]);
  }
  const early = await untilLeft(ROWS / 2);
  expect(reached().length).toBeGreaterThanOrEqual(ROWS / 2 - early.unknown);
  for (const { number } of rows().filter(({ number }) => isQuiet(number))) {
    expect(await ledger.read(`quiet.${number}`)).toBeUndefined();
    expect(reached()).not.toContain(addressOf(number));
  }

  // As when the hours end: the next worker knows of none.
  worker.kill('SIGKILL');
  await worker.exited;
  await deployment.spawnWorker();
  const late = await untilLeft(ROWS);
  expect(reached().length).toBeGreaterThanOrEqual(ROWS - late.unknown);
});
