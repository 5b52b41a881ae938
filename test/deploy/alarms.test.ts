import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { run } from '../../scripts/lib/process.mjs';
import { findPromtool } from '../../scripts/prometheus/promtool.mjs';
import { projectRoot } from '../support/pages.js';
import {
  ALARM_CASES,
  ALL_ENDS,
  ALL_IS_WELL,
  type AlarmCase,
  REDIS_GOES,
} from './support/alarmCases.js';
import { ALARMS, GROUPS, RULES_PATH, type RuleGroup } from './support/rules.js';

const promtool = await findPromtool();
const rulesFile = fileURLToPath(new URL(RULES_PATH, projectRoot));
const folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ifPromtool = 'command' in promtool ? test : test.skip;
const why = 'missing' in promtool ? ` (skipped: ${promtool.missing})` : '';

async function promtoolSays(...args: string[]) {
  if (!('command' in promtool)) throw new Error(promtool.missing);
  return run(promtool.command, args);
}

/** As promtool reads a test: all that fires of an alarm at a time, and nothing else. */
function unitTest(
  name: string,
  series: Readonly<Record<string, string>>,
  expected: object[],
  isNeeded: (metric: string) => boolean = () => true,
) {
  return {
    name,
    interval: '1m',
    input_series: Object.entries({ ...ALL_IS_WELL, ...series })
      .filter(([each, values]) => values !== '' && isNeeded(/^\w+/.exec(each)?.[0] ?? ''))
      .map(([each, values]) => ({ series: each, values })),
    alert_rule_test: expected,
  };
}

/** Runs tests with some groups of rules, which are evaluated so often; answers what promtool says. */
async function promtoolTests(groups: readonly RuleGroup[], every: string, tests: object[]) {
  const name = groups.map((group) => group.name).join('+');
  const rules = path.join(folder, `${name}.rules.yaml`);
  const file = path.join(folder, `${name}.yaml`);
  writeFileSync(rules, stringify({ groups }));
  writeFileSync(file, stringify({ rule_files: [rules], evaluation_interval: every, tests }));
  return promtoolSays('test', 'rules', file);
}

function fires({ alarm, at, labels = [{}] }: Pick<AlarmCase, 'alarm' | 'at' | 'labels'>): object {
  const rule = ALARMS.find(({ alert }) => alert === alarm);
  return {
    eval_time: at,
    alertname: alarm,
    exp_alerts: labels.map((each) => ({
      exp_labels: { ...rule?.labels, ...each },
      exp_annotations: rule?.annotations,
    })),
  };
}

const silent = (alarm: string, at: string): object => fires({ alarm, at, labels: [] });

describe('the alarms of deploy/prometheus', () => {
  test('each have a time series by which they fire', () => {
    const tried = new Set(ALARM_CASES.map(({ alarm }) => alarm));
    expect(ALARMS.length).toBeGreaterThan(30);
    expect([...tried].sort()).toEqual(ALARMS.map(({ alert }) => alert).sort());
  });

  ifPromtool(`are rules that Prometheus takes${why}`, async () => {
    const { code, output } = await promtoolSays('check', 'rules', rulesFile);
    expect([code, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  ifPromtool(
    `are silent while all is well, and speak when what they watch is gone${why}`,
    async () => {
      const everything = [
        unitTest(
          'all is well',
          {},
          ALARMS.flatMap(({ alert }) => [silent(alert, '90m'), silent(alert, '410m')]),
        ),
        unitTest('all processes end', ALL_ENDS, [
          fires({ alarm: 'NotifierNotScraped', at: '80m' }),
          fires({ alarm: 'NotifierApiMissing', at: '80m', labels: [{ role: 'api' }] }),
        ]),
        // One alarm says it. Those about what stands in Redis neither fire nor hide it.
        unitTest('Redis goes away', REDIS_GOES, [
          ...ALARMS.filter(({ alert }) => alert !== 'NotifierRedisDown').map(({ alert }) =>
            silent(alert, '80m'),
          ),
          fires({ alarm: 'NotifierRedisDown', at: '80m' }),
        ]),
      ];
      const { code, output } = await promtoolTests(GROUPS, '5m', everything);
      expect([code, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
    },
  );

  // Without the groups that a case is not about: what is recorded over hours costs most of the time.
  const RECORDED = GROUPS.filter(({ rules }) => rules.every((rule) => 'record' in rule));
  for (const group of GROUPS.filter((each) => !RECORDED.includes(each))) {
    const ofLevels = group.rules.some(({ expr }) => expr.includes('notifier:'));
    const groups = ofLevels ? [...RECORDED, group] : [group];
    const asked = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)).join('\n');
    const cases = ALARM_CASES.filter(({ alarm }) =>
      group.rules.some((rule) => 'alert' in rule && rule.alert === alarm),
    );
    ifPromtool(
      `fire when what they are for is so: ${cases.length} cases of ${group.name}${why}`,
      async () => {
        const tests = cases.map((each) =>
          unitTest(`${each.alarm}: ${each.when}`, each.series, [fires(each)], (metric) =>
            asked.includes(metric),
          ),
        );
        const { code, output } = await promtoolTests(groups, ofLevels ? '5m' : '1m', tests);
        expect([code, output]).toEqual([0, expect.stringContaining('SUCCESS')]);
      },
    );
  }

  ifPromtool(`are tested so that a wrong expectation is noticed${why}`, async () => {
    const wrong = unitTest('wrong', {}, [fires({ alarm: 'NotifierPaused', at: '40m' })]);
    const flow = GROUPS.filter(({ name }) => name === 'notifier-flow');
    expect((await promtoolTests(flow, '5m', [wrong])).code).not.toBe(0);
  });
});
