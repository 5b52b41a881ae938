import { setTimeout as pause } from 'node:timers/promises';
import type { Benchmark } from '../harness/benchmark.js';
import { urlWhenReady } from '../harness/command.js';
import { Results } from '../harness/results.js';
import type { Stage } from '../harness/stage.js';
import { cpuSecondsOf, residentBytesOf } from '../harness/usage.js';

const ROLES = ['api', 'worker', 'all'] as const;
type Role = (typeof ROLES)[number];

const READY = 'start to ready, s';
const CPU = 'CPU until then, s';
const MEMORY = 'idle memory, MB RSS';
const IDLE_AFTER_MS = 2_000;
const ASK_AGAIN_MS = 2;

export const benchmark: Benchmark = {
  about:
    'from the start of a process until /readyz says ready, and its memory when nothing happens',
  async run(stage) {
    const runs = stage.quick ? 1 : 7;
    const results = new Results<Role>('notifier ROLE', ROLES);
    for (let run = 1; run <= runs; run += 1) {
      stage.say(`run ${run} of ${runs}`);
      for (const role of ROLES) {
        const { readySeconds, cpuSeconds, idleBytes } = await start(stage, role);
        results.note(READY, role, readySeconds);
        if (cpuSeconds !== undefined) results.note(CPU, role, cpuSeconds);
        if (idleBytes !== undefined) results.note(MEMORY, role, idleBytes / 1e6);
      }
    }
    results.goal(READY, { atMost: 1 });
    results.goal(MEMORY, { atMost: 150 });
    return {
      settings: { 'idle memory': `read ${IDLE_AFTER_MS / 1_000} s after ready` },
      tables: [results.table()],
    };
  },
};

async function start(stage: Stage, role: Role) {
  const deployment = await stage.deployment();
  const env = deployment.environment({
    // Nothing listens there; nothing is sent that would need it.
    GENESYS_CLOUD_BASE_URL: 'http://127.0.0.1:9',
    API_PORT: '0',
    HEALTH_PORT: '0',
  });
  const startedAt = performance.now();
  const process = stage.command([role], env);
  const url = await process.find(urlWhenReady);
  while (!(await fetch(`${url}/readyz`)).ok) await pause(ASK_AGAIN_MS);
  const readySeconds = (performance.now() - startedAt) / 1_000;
  const cpuSeconds = cpuSecondsOf(process.pid);
  await pause(IDLE_AFTER_MS);
  const idleBytes = residentBytesOf(process.pid);
  await process.stop();
  await deployment.remove();
  return { readySeconds, cpuSeconds, idleBytes };
}
