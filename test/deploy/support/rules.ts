import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { projectRoot } from '../../support/pages.js';

export const RULES_PATH = 'deploy/prometheus/rules.yaml';

interface Alarm {
  alert: string;
  expr: string;
  for?: string;
  labels: Record<string, string>;
  annotations: { summary: string; runbook_url: string };
}

interface Recording {
  record: string;
  expr: string;
  labels?: Record<string, string>;
}

export interface RuleGroup {
  name: string;
  rules: (Alarm | Recording)[];
}

const file = parse(readFileSync(new URL(RULES_PATH, projectRoot), 'utf8')) as {
  groups: RuleGroup[];
};
export const GROUPS = file.groups;
const rules = GROUPS.flatMap((group) => group.rules);

export const ALARMS = rules.filter((rule) => 'alert' in rule);
export const RECORDINGS = rules.filter((rule) => 'record' in rule);
