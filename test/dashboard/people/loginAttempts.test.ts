import { expect, test } from '@jest/globals';
import { LoginAttempts } from '../../../src/dashboard/people/loginAttempts.js';

/** Tries that end at once; how many were let through. */
function tries(
  attempts: LoginAttempts,
  all: readonly [string, string][],
  succeeded = false,
): number {
  let through = 0;
  for (const [name, address] of all) {
    const attempt = attempts.begin(name, address);
    if (attempt.kind === 'wait') continue;
    through += 1;
    attempt.end(succeeded);
  }
  return through;
}

const from = (count: number, name: (n: number) => string, address: (n: number) => string) =>
  Array.from({ length: count }, (_, n): [string, string] => [name(n), address(n)]);

test('one address may try ten wrong passwords a minute, whatever the names', () => {
  const attempts = new LoginAttempts();
  expect(
    tries(
      attempts,
      from(
        50,
        (n) => `name${n}`,
        () => '10.0.0.1',
      ),
    ),
  ).toBe(10);
  const refused = attempts.begin('ann', '10.0.0.1');
  expect(refused).toMatchObject({ kind: 'wait' });
  expect(attempts.begin('ann', '10.0.0.2').kind).toBe('go_on');
});

test('thirty wrong passwords a minute may be tried for one name, from however many addresses', () => {
  const attempts = new LoginAttempts();
  expect(
    tries(
      attempts,
      from(
        100,
        (n) => (n % 2 ? 'ann' : 'ANN'),
        (n) => `10.0.0.${n}`,
      ),
    ),
  ).toBe(30);
  expect(attempts.begin('bob', '10.0.0.99').kind).toBe('go_on');
});

test('guessing a name does not lock its person out where they have logged in', () => {
  const attempts = new LoginAttempts();
  expect(tries(attempts, [['ann', '10.1.1.1']], true)).toBe(1);
  expect(
    tries(
      attempts,
      from(
        100,
        () => 'ann',
        (n) => `10.0.0.${n}`,
      ),
    ),
  ).toBe(30);
  expect(attempts.begin('ann', '10.1.1.1').kind).toBe('go_on');
  expect(attempts.begin('ann', '10.1.1.2').kind).toBe('wait');
});

test('tries at the same time count before their end, so they are no way around the limit', () => {
  const attempts = new LoginAttempts();
  const begun = from(
    50,
    () => 'ann',
    () => '10.0.0.1',
  ).map(([name, address]) => attempts.begin(name, address));
  const through = begun.filter(({ kind }) => kind === 'go_on');
  expect(through).toHaveLength(10);
  for (const attempt of through) if (attempt.kind === 'go_on') attempt.end(true);
  // All of them were right: none counts any more.
  expect(attempts.begin('ann', '10.0.0.1').kind).toBe('go_on');
});

test('twenty tries at once are the most, from however many addresses', () => {
  const attempts = new LoginAttempts();
  const begun = from(
    100,
    (n) => `name${n}`,
    (n) => `10.0.0.${n}`,
  ).map(([name, address]) => attempts.begin(name, address));
  expect(begun.filter(({ kind }) => kind === 'go_on')).toHaveLength(20);
});
