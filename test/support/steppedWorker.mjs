// A worker in a process of its own, built from the product, that can be made to wait at one step of
// its first attempt, or of its first release of a campaign's rows. There a test freezes or kills it: no timing decides which crash window is hit.
import { pino } from 'pino';
import { startWorker } from '../../dist/app/workerApp.js';
import { loadConfig } from '../../dist/config.js';

const loaded = loadConfig(process.env, 'worker');
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));

const goOn = new Promise((resolve) => {
  process.on('message', (message) => {
    if (message === 'go on') resolve();
  });
});
let waited = false;

async function stopAt(step) {
  if (waited || step !== process.env.STOP_AT) return;
  waited = true;
  process.send('stopped');
  await goOn;
}

const role = await startWorker(loaded.config, pino({ level: process.env.LOG_LEVEL ?? 'silent' }), {
  observe: stopAt,
  observeRelease: stopAt,
  observePrefetch: stopAt,
  observeReconcile: stopAt,
  ...(process.env.PREFETCH_POLL_MS !== undefined && {
    prefetchPollMs: Number(process.env.PREFETCH_POLL_MS),
  }),
  ...(process.env.SILENT_AFTER_MS !== undefined && {
    silentAfterMs: Number(process.env.SILENT_AFTER_MS),
  }),
  ...(process.env.MINUTE_MS !== undefined && { minuteMs: Number(process.env.MINUTE_MS) }),
});
process.send('started');

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    await role.stop();
    process.exit(0);
  });
}
