import { describe, expect, test } from '@jest/globals';
import { pageAt } from '../support/pages.js';
import { ALARMS, RECORDINGS } from './support/rules.js';

const { text } = pageAt('docs/runbook.md');

/** The text below each heading of the fourth rank. */
const paragraphs = new Map(
  text
    .split(/^#### /m)
    .slice(1)
    .map((part): [string, string] => {
      const [heading = '', ...lines] = part.split('\n');
      return [heading, lines.join('\n').split(/^#{2,3} /m)[0] ?? ''];
    }),
);

describe('docs/runbook.md', () => {
  test('has a paragraph for each alarm, in their order, and none besides', () => {
    expect([...paragraphs.keys()].sort()).toEqual(ALARMS.map(({ alert }) => alert).sort());
  });

  test('says of each alarm what it means, what to look at and what to do', () => {
    for (const [alarm, paragraph] of paragraphs) {
      for (const part of ['- **Means:** ', '- **Look at:** ', '**[Dd]o[:*]']) {
        expect([alarm, part, new RegExp(part.replaceAll('**', '\\*\\*')).test(paragraph)]).toEqual([
          alarm,
          part,
          true,
        ]);
      }
    }
  });

  test('is where the runbook_url of each alarm points to', () => {
    for (const { alert, labels, annotations } of ALARMS) {
      expect(annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
      expect(annotations.summary).toMatch(/^[A-Z].*\.$/);
      expect(['critical', 'warning']).toContain(labels['severity']);
    }
  });

  test('names for each service level rules that exist, and every one that is recorded for a level', () => {
    const recorded = new Set(RECORDINGS.map(({ record }) => record.split(':')[1]));
    const named = new Set(
      [...text.matchAll(/`notifier:(\w+):ratio_\w+`/g)].map(([, name]) => name),
    );
    recorded.delete('budget_used');
    expect([...named].sort()).toEqual([...recorded].sort());
  });
});
