import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { LEG_OUTCOMES } from '../../src/notification/record.js';
import { STATES } from '../../src/notification/state.js';
import { codeBlocks, pageAt, projectRoot, quotedTexts } from '../support/pages.js';

const page = pageAt('docs/design.md');
const quoted = quotedTexts(page);

describe('docs/design.md', () => {
  test('says of every folder of src what it is for', () => {
    const folders = readdirSync(new URL('src', projectRoot), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}`);
    expect(folders.filter((folder) => !quoted.includes(folder))).toEqual([]);
  });

  test('names every state, and every outcome of a leg', () => {
    const states = codeBlocks(page, '').find((block) => block.startsWith('accepted')) ?? '';
    for (const state of STATES) expect(states).toMatch(new RegExp(`\\b${state}\\b`));
    for (const outcome of LEG_OUTCOMES) expect(quoted).toContain(outcome);
  });
});

test('the pages name exports by the names they have, in the files that they say', () => {
  const named = [...quotedTexts(pageAt('CONTRIBUTING.md')), ...quoted];
  for (const [name, file] of [
    ['CHANNELS', 'src/notification/state.ts'],
    ['CHANNEL_FACTS', 'src/notification/channelFacts.ts'],
    ['CHANNEL_DRIVERS', 'src/dispatch/channels/drivers.ts'],
    ['CONTEXT_VARIABLES', 'src/templates/contextVariables.ts'],
    ['TemplateContext', 'src/templates/contextVariables.ts'],
    ['contextScope', 'src/templates/contextVariables.ts'],
    ['mayStartLeg', 'src/notification/record.ts'],
    ['Phase', 'src/dispatch/jobAttempt.ts'],
    ['Findings', 'src/history/lookup.ts'],
    ['COUNTED_REASONS', 'src/notification/countedReason.ts'],
    ['policyFor', 'src/policy/policy.ts'],
    ['planOf', 'sandbox/requestFaults.ts'],
  ] as const) {
    expect(named).toContain(name);
    const code = readFileSync(new URL(file, projectRoot), 'utf8');
    expect(code).toMatch(new RegExp(`export (const|function|type|interface) ${name}\\b`));
  }
});
