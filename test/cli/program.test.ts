import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { run } from './support/command.js';

const NO_ENVIRONMENT = {};

describe('the command line', () => {
  test('lists the commands', async () => {
    const { code, stdout } = await run(['--help'], NO_ENVIRONMENT);
    expect(code).toBe(0);
    for (const name of ['api', 'worker', 'all', 'sandbox', 'send', 'pause', 'resume', 'gate']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
  });

  test('says its version, which is the one of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await run(['--version'], NO_ENVIRONMENT)).toMatchObject({
      code: 0,
      stdout: `${version}\n`,
    });
  });

  test('documents the exit codes of send', async () => {
    const { code, stdout } = await run(['send', '--help'], NO_ENVIRONMENT);
    expect(code).toBe(0);
    for (const each of [0, 1, 2, 3, 4, 5, 6, 7, 78, 130]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${each} +\\S`, 'm'));
    }
  });

  test.each([
    { wrong: 'an unknown command', args: ['frobnicate'] },
    { wrong: 'an unknown option', args: ['send', '--frobnicate'] },
    { wrong: 'a word too many', args: ['worker', 'now'] },
    { wrong: 'an option without its value', args: ['send', '--to'] },
    { wrong: 'a port that is none', args: ['sandbox', '--port', '70000'] },
  ])('exits with 2 for $wrong', async ({ args }) => {
    const { code, stderr } = await run(args, NO_ENVIRONMENT);
    expect(code).toBe(2);
    expect(stderr).toContain('error:');
  });
});

describe('a wrong configuration', () => {
  const WRONG = {
    API_PORT: 'eighty',
    NOTIFIER_SECRET: 'tooshort-s3cret',
    GENESYS_TYPO: 'x',
    REDIS_URL: 'http://user:hunter2@example.com',
  };

  test.each(['api', 'worker', 'all'])('keeps %s from starting, with code 78', async (role) => {
    const { code, stderr } = await run([role], WRONG);
    expect(code).toBe(78);
    for (const name of Object.keys(WRONG)) expect(stderr).toContain(`${name}: expected `);
  });

  test('keeps send from sending', async () => {
    const args = ['send', '--to', 'customer@example.com', '--template', 'follow-up'];
    expect((await run(args, WRONG)).code).toBe(78);
  });

  test('is said without repeating a value', async () => {
    const { stdout, stderr } = await run(['worker'], WRONG);
    expect(stdout + stderr).not.toMatch(/tooshort|hunter2|eighty/);
  });
});
