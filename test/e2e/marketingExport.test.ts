import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Ended, run } from '../cli/support/command.js';
import { type Deployment, deploy } from '../support/deployment.js';
import { marketingExport } from '../support/marketingExport.js';

let deployment: Deployment;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'export-'));
  file = join(folder, 'kunden.csv');
  writeFileSync(file, marketingExport(100));
  deployment = await deploy({ env: { DELIVERY_CHECK_AFTER: '0s' } });
  await deployment.startWorker();
});

afterAll(async () => {
  await deployment?.stop();
  rmSync(folder, { recursive: true });
});

const campaign = (...args: string[]): Promise<Ended> => run(['campaign', ...args], deployment.env);
const TO_ALL = ['--template', 'follow-up', '--no-history', '--channels', 'email'];

jest.setTimeout(90_000);

describe('a marketing export as it comes', () => {
  test('is understood without a word about its columns; what is wrong is counted by reason', async () => {
    const { code, stdout } = await campaign('run', file, ...TO_ALL, '--id', 'kunden', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^96 recipients imported \(96 by email\)\.$/m);
    expect(stdout).toMatch(/^2 duplicates: /m);
    expect(stdout).toMatch(/does not use: Kundennummer, Filiale, Umsatz\./);
    expect(stdout).toMatch(/^\d+ warnings: an address that cannot be used was left out/m);
    expect(stdout).toMatch(
      /Telefon: expected an E\.164 number.*\(rows 2, 7, 12, 17, 22 and 13 more\)$/m,
    );
    expect(stdout).toMatch(/^4 rows rejected:$/m);
    expect(stdout).toMatch(/2 rows: expected a recipient; a total or a note.*\(rows 102, 104\)$/m);
    expect(stdout).toMatch(/E-Mail-Adresse: expected an email address/);
    // Values are for the rejected rows alone.
    for (const secret of ['unbekannt', '0171', 'frau.muster']) expect(stdout).not.toContain(secret);
  });

  test('is sent, and its own columns come back with its separator', async () => {
    const sent = await campaign('run', file, ...TO_ALL, '--id', 'kunden', '--yes');
    expect(sent).toMatchObject({ code: 0, stderr: '' });
    const out = join(folder, 'results.csv');
    await campaign('results', 'kunden', '--out', out);
    const [header, first, ...others] = readFileSync(out, 'utf8').trimEnd().split('\r\n');
    expect(header).toMatch(/^\ufeffrow;id;email;.*;warning;Kundennummer;Filiale;Umsatz$/);
    expect(first).toMatch(
      /^2;kunden\.2;kunde0@example\.com;.*Telefon: expected .*;K-000001;Köln;'-12,50$/,
    );
    expect(others).toHaveLength(95);
  });

  test('gives its rejected rows back, to be corrected and dropped in again as they are', async () => {
    const out = join(folder, 'rejected.csv');
    await campaign('rejected', 'kunden', '--out', out);
    const rejected = readFileSync(out, 'utf8');
    expect(rejected).toMatch(/^\ufeffrejected_row;rejected_because;Kundennummer;Vorname;/);
    writeFileSync(out, rejected.replace('unbekannt', 'bekannt@example.com'));
    const { stdout } = await campaign('run', out, ...TO_ALL, '--id', 'again', '--dry-run');
    expect(stdout).toMatch(/^1 recipient imported/m);
    expect(stdout).toMatch(/^3 rows rejected:$/m);
  });

  test('saved as ANSI says so, and does not start without a word', async () => {
    const ansi = join(folder, 'ansi.csv');
    writeFileSync(
      ansi,
      Buffer.from(
        marketingExport(100)
          .slice(1)
          .replace(/[ŁÑ\u200b]/g, 'N'),
        'latin1',
      ),
    );
    const args = ['run', ansi, ...TO_ALL, '--id', 'ansi'];
    const stopped = await campaign(...args, '--yes');
    expect(stopped.code).toBe(8);
    expect(stopped.stdout).toMatch(/seems to be in Windows-1252 \(ANSI\).*"CSV UTF-8"/);
    expect(stopped.stdout).toMatch(/LOOK AT THE REJECTED ROWS: \d+ of 102 rows/);
    expect(stopped.stderr).toMatch(/campaign start ansi --accept-rejected/);
    const read = await campaign(...args, '--encoding', 'windows-1252', '--dry-run');
    expect(read.stdout).toMatch(/^96 recipients imported/m);
  });

  test('whose header is not known names the columns, and the command that maps them works', async () => {
    const strange = join(folder, 'strange.csv');
    writeFileSync(strange, 'Kunde;Kontaktweg\nAnn;ann@example.com\n');
    const args = ['run', strange, ...TO_ALL, '--id', 'strange', '--dry-run'];
    const refused = await campaign(...args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/found: Kunde, Kontaktweg/);
    expect(refused.stderr).toMatch(
      /campaign run \S*strange\.csv .*--map Kontaktweg=email .*--dry-run$/m,
    );
    expect(refused.stderr).not.toContain('ann@example.com');
    const mapped = await campaign(...args, '--map', 'Kontaktweg=email', '--ignore', 'Kunde');
    expect(mapped).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 recipient imported'),
    });
  });
});
