import type { Operation } from './operation.js';
import { foreignPage, notReady, stopping } from './problemExamples.js';

/** For probes and Prometheus. */
export const HEALTH_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/healthz',
    operationId: 'isAlive',
    summary: 'Is the process alive?',
    description: 'Needs no key.',
    answers: [
      { status: 200, description: 'Alive', schema: 'Health', example: { status: 'alive' } },
    ],
    problems: [foreignPage, stopping],
    open: true,
  },
  {
    method: 'get',
    path: '/readyz',
    operationId: 'isReady',
    summary: 'Can it take notifications in?',
    description:
      'Needs no key. The api is ready while no worker lives, since what is accepted waits; it says so in flow and workers.',
    answers: [
      {
        status: 200,
        description: 'Ready',
        schema: 'Health',
        example: { status: 'ready', flow: 'flows', workers: 2 },
      },
    ],
    problems: [notReady, foreignPage, stopping],
    open: true,
  },
  {
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    summary: 'What it counts, for Prometheus',
    description: 'Needs no key, and says nothing about a single notification.',
    answers: [
      {
        status: 200,
        description: 'The metrics',
        schema: 'Metrics',
        type: 'text/plain',
        example:
          '# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.\n',
      },
    ],
    problems: [foreignPage, stopping],
    open: true,
  },
];
