import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { LEAST_RIGHTS } from './support/leastRights.js';

test('the README names the rights that the whole product is tested with', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(LEAST_RIGHTS.replace('{prefix}', '{notifier}'));
});
