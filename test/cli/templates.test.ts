import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startSandbox } from '../../sandbox/sandbox.js';
import { freshPrefix, testRedisUrl } from '../support/redis.js';
import { environmentFor, run } from './support/command.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'templates-'));
  cpSync('templates', folder, { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('notifier templates check', () => {
  test('is content with the shipped templates, without any configuration', async () => {
    const { code, stdout } = await run(['templates', 'check'], {});
    expect(code).toBe(0);
    const history =
      '  customers without history are skipped (no_history), unless a request says otherwise';
    const fine = (name: string) => `${name}: fine (web, email, engage, sms)\n${history}\n`;
    expect(stdout).toBe(fine('follow-up') + fine('order-update'));
  });

  test('tells all mistakes at once, each with its place, and exits with 1', async () => {
    writeFileSync(join(folder, 'follow-up', 'sms.liquid'), 'Hi {{ custmerName }}');
    writeFileSync(
      join(folder, 'order-update', 'email.html.liquid'),
      '<a href="{{ trackingUrl }}">{{ status | raw }}</a>',
    );
    rmSync(join(folder, 'order-update', 'email.subject.liquid'));
    const { code, stdout } = await run(['templates', 'check', folder], {});
    expect(code).toBe(1);
    expect(stdout).toMatch(/^follow-up\/sms\.liquid:1: .*custmerName.*did you mean customerName/m);
    expect(stdout).toMatch(/^order-update\/email\.html\.liquid:1: .*safe_url/m);
    expect(stdout).toMatch(/^order-update\/email\.html\.liquid:1: .*raw/m);
    expect(stdout).toMatch(/^order-update\/email\.subject\.liquid: missing/m);
    const json = await run(['templates', 'check', folder, '--json'], {});
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([
        expect.objectContaining({ template: 'follow-up', file: 'sms.liquid', line: 1 }),
      ]),
    });
  });

  test('says loudly that email is off when one of its parts is missing, and why', async () => {
    rmSync(join(folder, 'follow-up', 'email.text.liquid'));
    const { stdout } = await run(['templates', 'check', folder], { NOTIFY_CHANNELS: 'web,email' });
    expect(stdout).toMatch(/^follow-up: EMAIL IS OFF \(only web, engage, sms\)$/m);
    expect(stdout).toMatch(/warning: email is off: email\.text\.liquid is missing/);
    const quiet = await run(['templates', 'check', folder], { NOTIFY_CHANNELS: 'web,sms' });
    expect(quiet.stdout).toMatch(/^follow-up: fine/m);
    expect(quiet.stdout).toMatch(/warning: email is off: email\.text\.liquid is missing/);
  });

  test('says of a template without history that no customer is skipped for having none', async () => {
    writeFileSync(join(folder, 'follow-up', 'web.liquid'), 'Hi {{ customerName }}');
    for (const part of ['email.subject', 'email.html', 'email.text', 'sms']) {
      rmSync(join(folder, 'follow-up', `${part}.liquid`));
    }
    const { stdout } = await run(['templates', 'check', folder], { NOTIFY_CHANNELS: 'web' });
    expect(stdout).toMatch(/^follow-up: fine \(web\)\n {2}uses no history/m);
  });

  test('says what is not quoted where the deployment forbids it', async () => {
    const { code, stdout } = await run(['templates', 'check', folder], { QUOTE_CUSTOMERS: 'off' });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /warning: web quotes nothing, because quoting is off \(QUOTE_CUSTOMERS=off\): lastMessage/,
    );
  });

  test('warns of what may become too long, and exits with 0', async () => {
    const file = join(folder, 'order-update', 'sms.liquid');
    writeFileSync(file, `${readFileSync(file, 'utf8')}${'s'.repeat(200)}`);
    const { code, stdout } = await run(['templates', 'check'], { TEMPLATES_DIR: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/order-update: fine .*\n.*\n {2}warning: sms .*the limit is 765/);
  });
});

describe('notifier templates preview', () => {
  test('shows each channel of a made-up customer', async () => {
    const { code, stdout } = await run(['templates', 'preview', 'follow-up'], {});
    expect(code).toBe(0);
    expect(stdout).toMatch(/^follow-up for sample 1 of 8: a worried customer \(Anna Schmidt\)$/m);
    for (const channel of ['web', 'email', 'engage', 'sms'])
      expect(stdout).toContain(`── ${channel}`);
    expect(stdout).toContain('My parcel has been stuck in Leipzig');
    expect(stdout).not.toContain('<html');
  });

  test('writes the email for a browser, with an attack in it as text', async () => {
    const file = join(folder, 'mail.html');
    const args = ['templates', 'preview', 'follow-up', '--sample', '8', '--html', file];
    const { code, stderr } = await run(args, {});
    expect(code).toBe(0);
    expect(stderr).toContain(file);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*&lt;script&gt;/);
    expect(readFileSync(file, 'utf8')).not.toContain('<script');
  });

  test('takes variables in the place of their examples', async () => {
    const args = ['templates', 'preview', 'order-update', '--var', 'orderNumber=Z-99', '--json'];
    const { stdout } = await run(args, {});
    expect(JSON.parse(stdout)).toMatchObject({ template: 'order-update', sample: 1 });
    expect(stdout).toContain('Z-99');
    expect(stdout).not.toContain('A-1001:');
  });

  test.each([
    ['an unknown template', ['none'], 'NAME: expected the name of a template: follow-up, order-'],
    ['an unknown sample', ['follow-up', '--sample', '99'], '--sample: expected one of: 1 a worr'],
    ['an undeclared variable', ['follow-up', '--var', 'x=1'], 'variables.x: expected one of'],
    ['a variable without a value', ['follow-up', '--var', 'x'], '--var: expected name=value'],
    ['a recipient without an address', ['follow-up', '--recipient', 'x'], '--recipient: expected'],
  ])('refuses %s with 2', async (_title, args, message) => {
    const { code, stderr } = await run(['templates', 'preview', ...args], {});
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });

  test('looks a real customer up, and sends and stores nothing', async () => {
    const sandbox = await startSandbox({ requestsPerMinute: 0, generatedCustomers: 0 });
    try {
      const parts = { redisUrl: testRedisUrl(), prefix: freshPrefix(), sandboxUrl: sandbox.url };
      const args = ['templates', 'preview', 'follow-up', '--recipient', 'customer@example.com'];
      const { code, stdout } = await run(args, environmentFor(parts));
      expect(code).toBe(0);
      expect(stdout).toContain('Hi Dana Whitfield,');
      expect(stdout).toContain('My order 48213');
      expect(sandbox.deliveries.total).toBe(0);
    } finally {
      await sandbox.close();
    }
  });
});
