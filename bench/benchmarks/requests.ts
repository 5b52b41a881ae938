import type { NotificationRequest } from '#product/notification/request.js';
import {
  type Assignment,
  type Contender,
  OURS,
  type OurSettings,
  PLAIN_WORKER,
  SEQUENCE,
  startOurs,
  startPlainWorker,
  startSequence,
  type Team,
} from '../baselines/contenders.js';
import type { Benchmark } from '../harness/benchmark.js';
import { Results } from '../harness/results.js';
import type { Customer, SandboxProcess } from '../harness/sandbox.js';
import type { Stage } from '../harness/stage.js';

const CONCURRENCY = 50;
const BUDGET = 300;
/** A slot every 7 ms: still slower than the machine, as the real budget is. */
const MINUTE_MS = 2_000;

interface Case {
  what: string;
  by: Assignment['by'];
  template: 'follow-up' | 'since-last-time' | 'plain-notice';
  transcript?: 'messages' | 'recordings';
  /** Left out, the name in the request saves its look-up where no history is needed. */
  nameless?: boolean;
  atMost?: number;
}

const CASES: readonly Case[] = [
  {
    what: 'transcript by messages, contact id',
    by: 'contact id',
    template: 'follow-up',
    atMost: 4.05,
  },
  { what: 'transcript by messages, email', by: 'email', template: 'follow-up', atMost: 4.05 },
  {
    what: 'transcript by recordings, contact id',
    by: 'contact id',
    template: 'follow-up',
    transcript: 'recordings',
    atMost: 3.05,
  },
  {
    what: 'transcript by recordings, email',
    by: 'email',
    template: 'follow-up',
    transcript: 'recordings',
    atMost: 3.05,
  },
  { what: 'no history, contact id', by: 'contact id', template: 'plain-notice', atMost: 1 },
  {
    what: 'transcript by messages, contact id, name looked up',
    by: 'contact id',
    template: 'follow-up',
    nameless: true,
  },
  { what: 'history without text, contact id', by: 'contact id', template: 'since-last-time' },
];

const DELIVERY_CHECK = 'beside it: delivery check of a web message';

export const benchmark: Benchmark = {
  about: 'requests to the platform for one notification',
  async run(stage) {
    const count = stage.quick ? 40 : 200;
    const runs = stage.quick ? 1 : 3;
    const results = new Results<Contender>('requests a notification', [
      OURS,
      SEQUENCE,
      PLAIN_WORKER,
    ]);
    const sandbox = await stage.sandbox();
    for (let run = 1; run <= runs; run += 1) {
      const baselines = {
        'contact id': await measureBaselines(stage, sandbox, 'contact id', count),
        email: await measureBaselines(stage, sandbox, 'email', count),
      };
      for (const each of CASES) {
        stage.say(`run ${run} of ${runs}: ${each.what}`);
        results.note(each.what, OURS, await measureOurs(stage, sandbox, each, count));
        // They make the same calls whatever the message will need.
        for (const [contender, requests] of baselines[each.by]) {
          results.note(each.what, contender, requests);
        }
        if (each.atMost !== undefined) {
          results.goal(each.what, { column: OURS, atMost: each.atMost });
        }
      }
      results.note(DELIVERY_CHECK, OURS, await deliveryChecks(stage, sandbox, count));
    }
    return {
      settings: {
        customers: `${count} a run, each with one web conversation; none twice`,
        concurrency: `${CONCURRENCY}, one worker process`,
        budget: `${BUDGET} requests a minute, a minute scaled to ${MINUTE_MS / 1_000} s; (a) and (b) without any limit`,
      },
      tables: [results.table()],
    };
  },
};

function measureOurs(
  stage: Stage,
  sandbox: SandboxProcess,
  each: Case,
  count: number,
): Promise<number> {
  const ours: OurSettings = {
    requestTo: (customer) => requestTo(each, customer),
    budget: { minuteMs: MINUTE_MS },
    env: {
      GENESYS_REQUESTS_PER_MINUTE: String(BUDGET),
      HISTORY_TRANSCRIPT_SOURCE: each.transcript ?? 'messages',
    },
  };
  return measure(stage, sandbox, each.by, count, (assignment) =>
    startOurs(stage, assignment, ours),
  );
}

async function measureBaselines(
  stage: Stage,
  sandbox: SandboxProcess,
  by: Assignment['by'],
  count: number,
): Promise<[Contender, number][]> {
  stage.say(`the baselines by ${by}`);
  return [
    [SEQUENCE, await measure(stage, sandbox, by, count, (each) => startSequence(stage, each))],
    [
      PLAIN_WORKER,
      await measure(stage, sandbox, by, count, (each) => startPlainWorker(stage, each)),
    ],
  ];
}

async function measure(
  stage: Stage,
  sandbox: SandboxProcess,
  by: Assignment['by'],
  count: number,
  start: (assignment: Assignment) => Promise<Team>,
): Promise<number> {
  const assignment = await prepare(stage, sandbox, by, count);
  const team = await start(assignment);
  await sandbox.untilArrived('agentless-message', count);
  await team.stop();
  const requests = sum(await sandbox.arrivalsByOperation());
  await assignment.deployment.remove();
  return requests / count;
}

async function prepare(
  stage: Stage,
  sandbox: SandboxProcess,
  by: Assignment['by'],
  count: number,
): Promise<Assignment> {
  const customers = await sandbox.addCustomers(count);
  await sandbox.forget();
  const deployment = await stage.deployment();
  return { deployment, sandbox, customers, by, concurrency: CONCURRENCY, processes: 1 };
}

/** Asked once, some time after the message: a request of its own, whatever the notification cost. */
async function deliveryChecks(
  stage: Stage,
  sandbox: SandboxProcess,
  count: number,
): Promise<number> {
  const assignment = await prepare(stage, sandbox, 'contact id', count);
  const team = await startOurs(stage, assignment, {
    requestTo: (customer) => requestTo({ by: 'contact id', template: 'plain-notice' }, customer),
    budget: 'off',
    env: { DELIVERY_CHECK_AFTER: '500ms', DELIVERY_EVENTS: 'off' },
  });
  await sandbox.untilArrived('message-details', count);
  await team.stop();
  const { 'message-details': checks = 0 } = await sandbox.arrivalsByOperation();
  await assignment.deployment.remove();
  return checks / count;
}

function requestTo(
  { by, template, nameless = false }: Pick<Case, 'by' | 'template' | 'nameless'>,
  { externalContactId, email }: Customer,
): NotificationRequest {
  return {
    recipient: {
      ...(by === 'email' ? { email } : { externalContactId }),
      ...(!nameless && { name: 'Ada Example' }),
    },
    template,
    priority: 'campaign',
    ...(template === 'plain-notice' && { history: { required: false } }),
  };
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
