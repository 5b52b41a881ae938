import type { AppControllerRoute, BullBoardRequest } from '@bull-board/api/typings/app';
import type { Caller } from '../../audit/auditCaller.js';
import type { Lane } from '../../notification/state.js';
import { type FlowStatus, flowStatus } from '../../queue/flowStatus.js';
import { INTAKE } from '../../queue/intakeJob.js';
import type { Operations } from '../../queue/operations.js';
import { withTimeout } from '../../queue/timeout.js';
import {
  type ButtonParts,
  duplicate,
  type JobActionResult,
  promote,
  remove,
  retry,
} from './jobActions.js';
import { intakeJobView, jobView, laneNamed } from './jobView.js';

type Answer = Awaited<ReturnType<AppControllerRoute['handler']>>;
/** Who asks, by the headers of the request: all that the library hands on of it. */
type Callers = Pick<WeakMap<object, Caller>, 'get'>;

type Handle = (request: BullBoardRequest, original: () => Promise<Answer>) => Promise<Answer>;

export interface BoardParts extends ButtonParts {
  operations: Operations;
  readOnly: boolean;
  /** Who is logged in; goes into the timeline of what they do. */
  callers: Callers;
}

/**
 * The dashboard's routes: of all that the library offers, these and no others. What is read passes
 * the allow-list of job fields; what is pressed is one of our own buttons. The library's routes that
 * edit a job's data or delay, empty or obliterate a queue, pause it or lift its limit are not there.
 */
export function boardRoutes(
  offered: readonly AppControllerRoute[],
  parts: BoardParts,
): AppControllerRoute[] {
  const handlers = new Map(
    Object.entries({ ...reading(parts), ...(!parts.readOnly && pressing(parts)) }),
  );
  return offered.flatMap((route) => {
    const handle = handlers.get(`${String(route.method)} ${String(route.route)}`);
    if (handle === undefined) return [];
    const handler: AppControllerRoute['handler'] = async (request) => {
      if (request === undefined) throw new TypeError('no request');
      return withTimeout(handle(request, async () => route.handler(request)));
    };
    return [{ ...route, handler }];
  });
}

function reading({ operations }: BoardParts): Record<string, Handle> {
  const asItIs: Handle = (_request, original) => original();
  const job = '/api/queues/:queueName/:jobId';
  return {
    // Numbers about the server: its version, uptime and memory.
    'get /api/redis/stats': asItIs,
    'get /api/queues': async (request, original) => {
      boundPage(request);
      const [{ status, body }, fleet] = await Promise.all([original(), operations.status()]);
      const { queues } = body as { queues?: Record<string, unknown>[] };
      // The library refuses what it cannot read, and names the parameter by a key of its own.
      if (queues === undefined) return answer(status, body);
      const description = describeFlow(flowStatus(fleet));
      return answer(status, {
        queues: queues.map(withSafeJobs).map((q) => ({ ...q, description })),
      });
    },
    // How many jobs ended each minute.
    'get /api/queues/:queueName/metrics': asItIs,
    'get /api/job-schedulers': async () => answer(200, { queues: [], schedulers: [] }),
    'get /api/queues/:queueName/job-data-schema': async () => answer(200, {}),
    'get /api/queues/:queueName/default-job-options': async () => answer(200, {}),
    [`get ${job}`]: async ({ params }, original) => {
      const { status, body } = await original();
      const { job: found, status: state } = body as Record<string, unknown>;
      if (typeof found !== 'object' || found === null) return answer(status, body);
      const view = viewFor(params['queueName']);
      return answer(status, { job: view(found as Record<string, unknown>), status: state });
    },
    // We write no job logs, so whatever is there is not ours.
    [`get ${job}/logs`]: async () => answer(200, []),
    [`get ${job}/flow`]: async ({ params }) =>
      answer(200, { nodeId: String(params['jobId']), flowRoot: null, isFlowNode: false }),
  };
}

/** The most jobs that the library's own settings offer for a page. */
const JOBS_PER_PAGE = 50;
/** Far beyond where a person pages to. Redis passes over all the jobs before a page one by one. */
const PAGES = 10_000;

/** The library takes whatever number is asked for, and reads so many jobs into memory. */
function boundPage({ query }: BullBoardRequest): void {
  for (const [name, most] of [
    ['jobsPerPage', JOBS_PER_PAGE],
    ['page', PAGES],
  ] as const) {
    const asked = query[name];
    if (asked === undefined) continue;
    const number = Math.trunc(Number(asked));
    const bounded = Number.isFinite(number) ? Math.min(Math.max(number, 1), most) : 1;
    // As a text: the library refuses a number here.
    query[name] = String(bounded);
  }
}

/** Stands under the name of each queue: a board full of counts must not look as if all were well. */
function describeFlow({ obstacles }: FlowStatus): string {
  return obstacles.map(({ detail }) => detail).join(' ');
}

function withSafeJobs(queue: Record<string, unknown>): Record<string, unknown> {
  const jobs = Array.isArray(queue['jobs']) ? (queue['jobs'] as Record<string, unknown>[]) : [];
  return { ...queue, jobs: jobs.map(viewFor(queue['name'])) };
}

function viewFor(queueName: unknown): typeof jobView {
  return queueName === INTAKE ? intakeJobView : jobView;
}

function pressing(parts: BoardParts): Record<string, Handle> {
  const job = '/api/queues/:queueName/:jobId';
  const button =
    (press: (lane: Lane, jobId: string, by?: Caller) => Promise<JobActionResult>): Handle =>
    async ({ params, headers }) => {
      const lane = laneNamed(params['queueName']);
      if (lane === undefined) return failure(404, 'ERRORS.QUEUE_NOT_FOUND');
      const by = parts.callers.get(headers);
      return afterPressing(await press(lane, String(params['jobId']), by));
    };
  return {
    [`put ${job}/retry`]: button((lane, jobId, by) => retry(parts, lane, jobId, by)),
    [`put ${job}/promote`]: button((lane, jobId, by) => promote(parts, lane, jobId, by)),
    [`put ${job}/clean`]: button((lane, jobId, by) => remove(parts, lane, jobId, by)),
    'post /api/queues/:queueName/add': async ({ params, body, headers }) => {
      const lane = laneNamed(params['queueName']);
      if (lane === undefined) return failure(404, 'ERRORS.QUEUE_NOT_FOUND');
      const { data } = (body ?? {}) as { data?: unknown };
      const pressed = await duplicate(parts, lane, data, parts.callers.get(headers));
      if (pressed.kind !== 'added') return afterPressing(pressed);
      const added = jobView({ id: pressed.jobId, data, opts: {}, timestamp: Date.now() });
      return answer(200, { job: added, status: pressed.state });
    },
  };
}

function afterPressing(pressed: JobActionResult): Answer {
  switch (pressed.kind) {
    case 'done':
      return answer(204, {});
    case 'no_job':
      return failure(404, 'ERRORS.JOB_NOT_FOUND');
    case 'refused':
      return failure(409, 'ERRORS.FORBIDDEN', pressed.because);
    default:
      return pressed satisfies never;
  }
}

export function failure(status: number, key: string, message?: string): Answer {
  return answer(status, { error: { key }, message });
}

function answer(status: number | undefined, body: unknown): Answer {
  return { status, body } as Answer;
}
