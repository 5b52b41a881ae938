import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type RunningRole, startApi } from '../../src/app/apiApp.js';
import { readExposition } from '../metrics/support/exposition.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { pageAt, projectRoot } from '../support/pages.js';
import { readQuery } from './support/promql.js';
import { ALARMS, RECORDINGS } from './support/rules.js';

interface Panel {
  title: string;
  type: string;
  description?: string;
  targets?: { expr: string; legendFormat: string }[];
}

const board = JSON.parse(
  readFileSync(new URL('deploy/grafana/overview.json', projectRoot), 'utf8'),
) as {
  uid: string;
  templating: { list: { name: string; type: string }[] };
  panels: Panel[];
};
const panels = board.panels.filter(({ type }) => type !== 'row');

interface Asked {
  where: string;
  expr: string;
}

const ofBoard: Asked[] = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ where: `panel ${title}`, expr })),
);
const ofRules: Asked[] = [
  ...RECORDINGS.map(({ record, expr }) => ({ where: record, expr })),
  ...ALARMS.map(({ alert, expr }) => ({ where: alert, expr })),
];
const scaling: Asked = {
  where: 'component keda',
  expr:
    /query: >-\n\s+(.+)/.exec(
      readFileSync(
        new URL('deploy/kubernetes/components/keda/scaled-object.yaml', projectRoot),
        'utf8',
      ),
    )?.[1] ?? 'no query',
};
const ALL = [...ofBoard, ...ofRules, scaling];

/** What Prometheus adds to each sample, and to the samples of its own metric `up`. */
const OF_PROMETHEUS = ['job', 'instance'];

/** Values that only appear when something fails, with the place that gives them. */
const WHEN_IT_FAILS: Readonly<Record<string, readonly string[]>> = {
  'notifier_http_request_duration_seconds_count status': ['503'],
  'notifier_notifications_total state': ['failed'],
};

/** Labels and their values by the names of samples. */
type Exposed = Map<string, Map<string, Set<string>>>;

function addTo(exposed: Exposed, page: string): void {
  for (const { samples } of readExposition(page).values()) {
    for (const { name, labels } of samples) {
      const known = exposed.get(name) ?? new Map<string, Set<string>>();
      exposed.set(name, known);
      for (const [label, value] of Object.entries(labels)) {
        known.set(label, (known.get(label) ?? new Set()).add(value));
      }
    }
  }
}

describe('every query of the board, the rules and the scaling', () => {
  let deployment: Deployment;
  let api: RunningRole;
  let worker: RunningRole;
  const exposed: Exposed = new Map();

  beforeAll(async () => {
    deployment = await deploy();
    worker = await deployment.startWorker({ HEALTH_PORT: '0' });
    const config = deployment.config({ API_PORT: '0' });
    api = await startApi(config, pino({ level: 'silent' }));
    const answer = await fetch(`${api.url}/v1/notifications`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id: 'one',
        template: 'follow-up',
        recipient: { email: 'a@example.com' },
        channels: ['email'],
        history: { required: false },
      }),
    });
    expect(answer.status).toBe(202);
    await deployment.reaches('one', 'sent');
    const mark = 'notifier_task_last_run_age_seconds{task="feeder"}';
    let page = '';
    while (!page.includes(mark) || !page.includes('task="sweeper"')) {
      page = await (await fetch(`${worker.url}/metrics`)).text();
    }
    addTo(exposed, page);
    addTo(exposed, await (await fetch(`${api.url}/metrics`)).text());
    for (const { record, labels = {} } of RECORDINGS) {
      const values = Object.entries(labels).map(([label, value]): [string, Set<string>] => [
        label,
        new Set([...(exposed.get(record)?.get(label) ?? []), value]),
      ]);
      exposed.set(record, new Map(values));
    }
    exposed.set('up', new Map());
  });

  afterAll(async () => {
    await api.stop();
    await deployment.stop();
  });

  test('is one that Prometheus can read', () => {
    expect(ALL.length).toBeGreaterThan(100);
    expect(ALL.filter(({ expr }) => !readQuery(expr).isValid)).toEqual([]);
    expect(readQuery('sum(rate(a[5m]) by (b)').isValid).toBe(false);
  });

  test('asks for metrics that an api or a worker exposes, and by labels that they have', () => {
    const wrong = ALL.flatMap(({ where, expr }) => {
      const { selectors, grouping } = readQuery(expr);
      const labels = new Set(OF_PROMETHEUS);
      const faults = selectors.flatMap(({ metric, matchers }) => {
        const known = exposed.get(metric);
        if (known === undefined) return [`${where}: no metric ${metric}`];
        for (const label of known.keys()) labels.add(label);
        return matchers
          .filter(({ label }) => !known.has(label) && !OF_PROMETHEUS.includes(label))
          .map(({ label }) => `${where}: ${metric} has no label ${label}`);
      });
      const strange = grouping.filter((label) => !labels.has(label));
      return [...faults, ...strange.map((label) => `${where}: groups by ${label}`)];
    });
    expect(wrong).toEqual([]);
  });

  test('compares labels with values that they can have', () => {
    const wrong = ALL.flatMap(({ where, expr }) =>
      readQuery(expr).selectors.flatMap(({ metric, matchers }) =>
        matchers
          .filter(({ label }) => !OF_PROMETHEUS.includes(label))
          .filter(({ label, operator, value }) => {
            const values = [
              ...(exposed.get(metric)?.get(label) ?? []),
              ...(WHEN_IT_FAILS[`${metric} ${label}`] ?? []),
            ];
            const pattern = operator.includes('~') ? new RegExp(`^(?:${value})$`) : undefined;
            return !values.some((each) => (pattern ? pattern.test(each) : each === value));
          })
          .map(({ label, value }) => `${where}: ${metric}{${label}="${value}"}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('of the board asks of the chosen data source and, beside what is recorded, of the chosen jobs', () => {
    expect(board.templating.list.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['job', 'query'],
    ]);
    for (const { where, expr } of ofBoard) {
      for (const { metric, matchers } of readQuery(expr).selectors) {
        if (metric.includes(':')) continue;
        expect([where, matchers]).toEqual([
          where,
          expect.arrayContaining([{ label: 'job', operator: '=~', value: 'notifier-api' }]),
        ]);
      }
    }
    const sources = JSON.stringify(board.panels).match(/"uid":"[^"]*"/g) ?? [];
    expect([...new Set(sources)]).toEqual([`"uid":"${'$'}{datasource}"`]);
  });

  test('of the board names labels in its legends that the result has', () => {
    for (const { title, targets = [] } of panels) {
      for (const { expr, legendFormat } of targets) {
        const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
        const { grouping } = readQuery(expr);
        const has = grouping.length > 0 ? grouping : OF_PROMETHEUS;
        expect([title, named.filter((label) => !has.includes(label ?? ''))]).toEqual([title, []]);
      }
    }
  });

  test('is of a metric whose purpose the board or an alarm shows: none of ours is left out', () => {
    const used = new Set(ALL.flatMap(({ expr }) => readQuery(expr).selectors.map((s) => s.metric)));
    const { text } = pageAt('docs/operations.md');
    const ours = [...text.matchAll(/^\| `(notifier_\w+)` \|/gm)].map(([, name = '']) => name);
    const leftOut = ours.filter((name) => ![...used].some((each) => each.startsWith(name)));
    expect(leftOut).toEqual([
      'notifier_lookup_mismatches_total',
      'notifier_undelivered_events_total',
      'notifier_unknown_notifications',
      'notifier_delivery_listener_connected',
      'notifier_pause_age_seconds',
    ]);
  });
});

test('the board is importable: panels have ids of their own, a place, and say what they show', () => {
  const { panels: all } = board as unknown as {
    panels: {
      id: number;
      title: string;
      gridPos: { x: number; w: number; y: number; h: number };
    }[];
  };
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  for (const { gridPos } of all) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  expect(board.uid.length).toBeLessThanOrEqual(40);
});
