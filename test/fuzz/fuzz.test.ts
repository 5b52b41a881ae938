import { describe, expect, test } from '@jest/globals';
import { MADE_LATER, outdatedBounds } from '../../fuzz/harness/boundedPatterns.js';
import { collectPatterns } from '../../fuzz/harness/patterns.js';
import { findingText, runSession } from '../../fuzz/harness/run.js';
import { target as api } from '../../fuzz/targets/api.js';
import { target as imports } from '../../fuzz/targets/imports.js';
import { target as patterns } from '../../fuzz/targets/patterns.js';
import { target as platform } from '../../fuzz/targets/platform.js';
import { target as templates } from '../../fuzz/targets/templates.js';
import { testRedisUrl } from '../support/redis.js';

/* A small helping of `npm run fuzz`, the same cases each time. */

test.each([
  ['api', api, 150],
  ['imports', imports, 60],
  ['templates', templates, 190],
  ['platform', platform, 60],
  ['patterns', patterns, 40],
] as const)('nothing is found by a few drawn cases: %s', async (name, target, cases) => {
  const session = await target.open({ redisUrl: testRedisUrl() });
  try {
    const { findings } = await runSession(session, { cases, seed: 14 });
    expect(findings.map((finding) => findingText(name, finding))).toEqual([]);
  } finally {
    await session.close();
  }
});

describe('the list of regular expressions', () => {
  test('is complete: each that is made while the product works is known by its file', async () => {
    const { patterns: all, madeLater } = await collectPatterns();
    expect(all.length).toBeGreaterThan(400);
    expect(madeLater).toEqual(Object.keys(MADE_LATER));
    expect(outdatedBounds(all)).toEqual([]);
  });
});
