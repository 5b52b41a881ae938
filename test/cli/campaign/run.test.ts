import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { operator } from '../../../src/cli/output.js';
import { type Deployment, deploy } from '../../support/deployment.js';
import { Command, type Ended, run } from '../support/command.js';

const ROWS = `email,first name,notes
customer@example.com,Dana,vip
regular@example.com,,
nowhere,Ann,
CUSTOMER@example.com,,
`;

let deployment: Deployment;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'campaigns-'));
  file = join(folder, 'rows.csv');
  writeFileSync(file, ROWS);
  deployment = await deploy({ env: { DELIVERY_CHECK_AFTER: '0s' } });
  await deployment.startWorker();
});

afterAll(async () => {
  await deployment?.stop();
  rmSync(folder, { recursive: true });
});

const campaign = (...args: string[]): Promise<Ended> => run(['campaign', ...args], deployment.env);
const template = ['--template', 'follow-up'];

describe('campaign run', () => {
  test('imports, says what would happen, sends, and follows it to its end', async () => {
    const before = deployment.deliveries();
    const ended = await campaign('run', file, ...template, '--id', 'whole', '--yes');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const shown = [
      /^Campaign whole$/m,
      /^2 recipients imported \(2 by email\)\.$/m,
      /^1 duplicate: /m,
      /does not use: notes\./,
      /^1 row rejected:\n {2}1 row: email: expected an email address.*\(row 4\)$/m,
      /campaign rejected whole --out/,
      /^Requests +about \d+ to Genesys Cloud/m,
      / 100 % {2}2 of 2: 2 sent \(\d known to have arrived\); completed$/m,
      /notifier campaign results whole/,
    ];
    for (const pattern of shown) expect(ended.stdout).toMatch(pattern);
    expect(ended.stdout).not.toContain('\u001b');
    expect(deployment.deliveries() - before).toBe(2);
  });

  test('again with the same id sends nothing again, and shows how it ended', async () => {
    const before = deployment.deliveries();
    const again = await campaign('run', file, ...template, '--id', 'whole', '--yes');
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/started before; the file is not read/),
    });
    expect(again.stdout).toMatch(/2 sent \(\d known to have arrived\); completed/);
    expect(deployment.deliveries()).toBe(before);
  });

  test('does not mind another file name, and says what else differs', async () => {
    const renamed = join(folder, 'renamed.csv');
    writeFileSync(renamed, ROWS);
    const args = ['run', renamed, ...template, '--id', 'whole', '--yes'];
    expect(await campaign(...args)).toMatchObject({ code: 0 });
    expect(await campaign(...args, '--channels', 'email', '--name', 'Other')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^Campaign whole \(completed\) was made with another --name, --channels; [\s\S]*another --id\.$/m,
      ),
    });
  });

  test('of the same file without --id is the same campaign, and sends nothing twice', async () => {
    const before = deployment.deliveries();
    const first = await campaign('run', file, ...template, '--dry-run', '--json');
    const { id } = JSON.parse(first.stdout).campaign as { id: string };
    expect(id).toMatch(/^rows-[0-9a-f]{12}$/);
    expect((await campaign('run', file, ...template, '--yes')).stdout).toContain(
      `Campaign ${id}\n`,
    );
    expect(deployment.deliveries() - before).toBe(2);
    const again = await campaign('run', file, ...template, '--yes');
    expect(again).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(
        new RegExp(
          `imported as campaign ${id} at .*completed\\. Nothing is sent again;.*another --id`,
        ),
      ),
    });
    expect(deployment.deliveries() - before).toBe(2);
    const other = await campaign('run', file, ...template, '--channels', 'email', '--dry-run');
    expect(other.stdout).toMatch(/^Campaign rows-/m);
    expect(other.stdout).not.toContain(id);
  });

  test('does not start without --yes where there is no terminal to ask at, and says how to', async () => {
    const asked = await campaign('run', file, ...template, '--id', 'asked');
    expect(asked).toMatchObject({
      code: 8,
      stderr: expect.stringMatching(/no terminal to ask at[\s\S]*campaign start asked/),
    });
    const started = await campaign('start', 'asked', '--json');
    expect(JSON.parse(started.stdout)).toMatchObject({ id: 'asked', state: 'running' });
    const followed = await campaign('status', 'asked', '--follow');
    expect(followed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/2 sent \(\d known to have arrived\); completed/),
    });
  });

  test('with --dry-run shows messages and what is assumed, and sends nothing', async () => {
    const before = deployment.deliveries();
    const args = ['--dry-run', '--sample', '2', '--id', 'dry', '--var', 'companyName=Northwind'];
    const { code, stdout } = await campaign('run', file, ...template, ...args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Looking up 2 customers: at most \d+ requests/);
    expect(stdout).toMatch(/Looked up +2 customers: 2 found \(100 %\)/);
    expect(stdout).toMatch(/Assumed +\w/);
    expect(stdout).toMatch(/Row 2 \(first[\s\S]*Northwind/);
    expect(stdout).toMatch(/Nothing was sent\. To start it:\n {2}notifier campaign start dry/);
    expect(deployment.deliveries()).toBe(before);
  });

  test('says of many rejected rows how many more there are, and how to start it all the same', async () => {
    const bad = join(folder, 'bad.csv');
    writeFileSync(bad, `${ROWS}${Array.from({ length: 7 }, (_, at) => `no-${at},,\n`).join('')}`);
    const npm = { npm_lifecycle_event: 'start', npm_package_name: 'proactive-notifier' };
    const args = ['campaign', 'run', bad, ...template, '--id', 'bad', '--dry-run'];
    const { stdout } = await run(args, { ...deployment.env, ...npm });
    expect(stdout).toMatch(
      /^8 rows rejected:\n {2}8 rows: email: expected .* \(rows 4, 6, 7, 8, 9 and 3 more\)$/m,
    );
    // What is printed to be copied works in a clone, too.
    expect(stdout).toMatch(/^ {2}npm start -- campaign start bad --accept-rejected$/m);
  });

  test('takes rows from standard input', async () => {
    const command = new Command(
      ['campaign', 'run', '-', ...template, '--dry-run', '--json'],
      deployment.env,
      { input: '{"email":"customer@example.com"}\n' },
    );
    expect(await command.end()).toBe(0);
    expect(JSON.parse(command.stdout)).toMatchObject({
      campaign: {
        name: 'standard input',
        state: 'ready',
        by: operator().name,
        import: { rows: 1 },
      },
      dryRun: { rows: 1, tried: { web: 1 } },
    });
  });

  test.each([
    [
      'a file that is not there',
      ['nowhere.csv', ...template],
      /nowhere\.csv cannot be read \(ENOENT\)/,
    ],
    [
      'an unknown template',
      ['FILE', '--template', 'nope'],
      /--template: expected one of follow-up/,
    ],
    ['--sample alone', ['FILE', ...template, '--sample', '3'], /--sample: .* --dry-run/],
    [
      'a sample of more customers than are looked up',
      ['FILE', ...template, '--dry-run', '--sample', '101'],
      /--sample[^\n]*from 1 to 100/,
    ],
  ])('refuses %s with 2', async (_title, args, message) => {
    const named = args.map((arg) => (arg === 'FILE' ? file : arg));
    expect(await campaign('run', ...named)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(message),
    });
  });

  test('refuses a file without a recipient in it', async () => {
    const wrong = join(folder, 'wrong.csv');
    writeFileSync(wrong, 'name,city\nAnn,Berlin\n');
    const ended = await campaign('run', wrong, ...template, '--id', 'wrong', '--yes');
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nothing of it was stored:\n {2}expected a column named email/),
    });
    // Its id is free again, for other settings too.
    const corrected = ['run', file, ...template, '--id', 'wrong', '--channels', 'web', '--dry-run'];
    expect(await campaign(...corrected)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a campaign that runs', () => {
  test('goes on after Ctrl-C, and can be paused, resumed, cancelled and accounted for', async () => {
    const many = join(folder, 'many.csv');
    const rows = Array.from({ length: 1_000 }, (_, at) => `nobody-${at}@example.com`);
    writeFileSync(many, `email\n${rows.join('\n')}\n`);
    // So that it does not end meanwhile.
    await deployment.producer.operations.pause({ reason: 'a test' });
    const args = ['run', many, ...template, '--no-history', '--id', 'many', '--yes'];
    const watching = new Command(['campaign', ...args], deployment.env);
    await watching.says(/ 0 % {2}0 of 1,000/);
    watching.signal('SIGINT');
    expect(await watching.end()).toBe(130);
    expect(watching.stderr).toMatch(/changes nothing about the campaign[\s\S]*campaign pause many/);

    const paused = await campaign('pause', 'many', '--reason', 'wrong price');
    expect(paused).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/has been paused by .*: wrong price/),
    });
    expect((await campaign('status')).stdout).toMatch(/^many +paused +0 % {2}.*: wrong price/m);
    expect((await campaign('cancel', 'many')).stdout).toMatch(/\(cancelled\)/);
    const followed = await campaign('status', 'many', '--follow');
    expect(followed).toMatchObject({
      code: 6,
      stdout: expect.stringMatching(/1,000 cancelled; cancelled$/m),
    });
    const refused = await campaign('resume', 'many');
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Not done: it is cancelled\./),
    });
    await deployment.producer.operations.resume();

    const out = join(folder, 'results.csv');
    expect(await campaign('results', 'many', '--out', out)).toMatchObject({ code: 0 });
    const lines = readFileSync(out, 'utf8').trim().split('\r\n');
    expect(lines.length).toBe(1_001);
    expect(lines.filter((line) => line.includes(',cancelled,')).length).toBe(1_000);
    expect(existsSync(`${out}.part`)).toBe(false);
  });

  test('is not known by another name', async () => {
    expect(await campaign('status', 'nope')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no campaign nope/),
    });
  });
});

test('what was refused comes back to be corrected; what cannot be tried again is said', async () => {
  const rejected = await campaign('rejected', 'whole');
  expect(rejected.stdout).toMatch(
    /^\ufeff?rejected_row,rejected_because,email,first name,notes\r\n4,/,
  );
  const unknown = await campaign('retry', 'whole', '--states', 'unknown');
  expect(unknown).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--states: .*decided first/),
  });
});
