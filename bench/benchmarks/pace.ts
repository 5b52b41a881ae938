import { setTimeout as pause } from 'node:timers/promises';
import type { NotificationRequest } from '#product/notification/request.js';
import {
  type Assignment,
  type Contender,
  OURS,
  PLAIN_WORKER,
  SEQUENCE,
  startOurs,
  startPlainWorker,
  startSequence,
  type Team,
} from '../baselines/contenders.js';
import type { Benchmark } from '../harness/benchmark.js';
import { Results } from '../harness/results.js';
import type { Arrival, Customer, SandboxProcess } from '../harness/sandbox.js';
import type { Stage } from '../harness/stage.js';

const BUDGET = 300;
const MINUTE_MS = 12_000;
/** Requests a notification of the baselines: 75 jobs a minute, in portions as BullMQ's guide has it. */
const JOBS_A_PORTION = 5;
const PORTION_MS = (MINUTE_MS * JOBS_A_PORTION * 4) / BUDGET;
const LATENCY_MS = 40;
const PROCESSES = 2;
const CONCURRENCY = 25;

const SHARE = 'share of the budget used, %';
const REFUSED = '429s a minute';
const FULLEST = 'fullest minute of arrivals';
const NOTIFICATIONS = 'notifications a minute';

export const benchmark: Benchmark = {
  about: 'a campaign against the platform’s limit: how much of it is used, and how often it is hit',
  async run(stage) {
    const minutes = stage.quick ? 1 : 3;
    const runs = stage.quick ? 1 : 3;
    const results = new Results<Contender>('the budget, and what came of it', [
      OURS,
      SEQUENCE,
      PLAIN_WORKER,
    ]);
    const teams: [Contender, Start, SandboxProcess][] = [
      [OURS, startPacedOurs, await stage.sandbox()],
      [SEQUENCE, startSequence, await stage.sandbox()],
      [PLAIN_WORKER, startLimitedPlainWorker, await stage.sandbox()],
    ];
    for (let run = 1; run <= runs; run += 1) {
      stage.say(`run ${run} of ${runs}: ${minutes + 1} minutes of ${MINUTE_MS / 1_000} s`);
      const watched = await Promise.all(
        teams.map(async ([contender, start, sandbox]) => {
          const arrivals = await campaign(stage, sandbox, start, minutes);
          return { contender, arrivals };
        }),
      );
      for (const { contender, arrivals } of watched) {
        judge(arrivals, minutes, (what, value) => results.note(what, contender, value));
      }
    }
    results.goal(SHARE, { column: OURS, atLeast: 97 });
    results.goal(REFUSED, { column: OURS, atMost: 0 });
    results.goal(FULLEST, { column: OURS, atMost: BUDGET });
    return {
      settings: {
        limit: `${BUDGET} requests in any minute, a sliding window`,
        'scaled clock': `a minute of ${MINUTE_MS / 1_000} s; Retry-After still counts whole seconds`,
        watched: `${minutes} minutes from the first request on`,
        latency: `${LATENCY_MS} ms an answer`,
        processes: `${PROCESSES} workers of concurrency ${CONCURRENCY}; (a) is one process; the contenders run side by side, each with a sandbox of its own`,
        'limiter of (b)': `${JOBS_A_PORTION} jobs in ${PORTION_MS} ms, 4 requests each`,
        notifications: 'transcript by messages, by contact id',
      },
      tables: [results.table()],
    };
  },
};

type Start = (stage: Stage, assignment: Assignment) => Promise<Team>;

const startPacedOurs: Start = (stage, assignment) =>
  startOurs(stage, assignment, {
    requestTo,
    budget: { minuteMs: MINUTE_MS },
    env: { GENESYS_REQUESTS_PER_MINUTE: String(BUDGET) },
  });

const startLimitedPlainWorker: Start = (stage, assignment) =>
  startPlainWorker(stage, assignment, { max: JOBS_A_PORTION, duration: PORTION_MS });

/** More customers than there is time for; answers with every request of the time watched. */
async function campaign(
  stage: Stage,
  sandbox: SandboxProcess,
  start: Start,
  minutes: number,
): Promise<Arrival[]> {
  await sandbox.set({ requestsPerMinute: 0, latencyMs: LATENCY_MS });
  const customers = await sandbox.addCustomers(Math.ceil((minutes + 1) * (BUDGET / 2.5)));
  await sandbox.forget();
  await sandbox.set({ requestsPerMinute: BUDGET, rateLimitWindowMs: MINUTE_MS });
  const deployment = await stage.deployment();
  const team = await start(stage, {
    deployment,
    sandbox,
    customers,
    by: 'contact id',
    concurrency: CONCURRENCY,
    processes: PROCESSES,
  });
  await sandbox.untilArrived('details-query', 1);
  await pause((minutes + 0.1) * MINUTE_MS);
  const arrivals = await sandbox.arrivals();
  await team.stop();
  await deployment.remove();
  const end = (arrivals[0]?.at ?? Number.NaN) + minutes * MINUTE_MS;
  return arrivals.filter(({ at }) => at < end);
}

function judge(
  arrivals: readonly Arrival[],
  minutes: number,
  note: (what: string, value: number) => void,
): void {
  const refused = arrivals.filter(({ status }) => status === 429);
  const sent = arrivals.filter(
    ({ operation, status }) => operation === 'agentless-message' && status !== 429,
  );
  note(SHARE, ((arrivals.length - refused.length) / (minutes * BUDGET)) * 100);
  note(REFUSED, refused.length / minutes);
  note(FULLEST, mostWithin(MINUTE_MS, arrivals));
  note(NOTIFICATIONS, sent.length / minutes);
}

/** The most arrivals that any span of this length holds, however it is aligned. */
function mostWithin(spanMs: number, arrivals: readonly Arrival[]): number {
  let most = 0;
  let first = 0;
  arrivals.forEach(({ at }, last) => {
    while ((arrivals[first]?.at ?? at) <= at - spanMs) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

function requestTo({ externalContactId }: Customer): NotificationRequest {
  return {
    recipient: { externalContactId, name: 'Ada Example' },
    template: 'follow-up',
    priority: 'campaign',
  };
}
