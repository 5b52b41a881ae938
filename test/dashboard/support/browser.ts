import { existsSync } from 'node:fs';
import path from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { LOGIN } from './visitor.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** A Chromium of this machine: the one that `CHROMIUM` names, or the first on the PATH. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [process.env['CHROMIUM'], ...candidates].find((file) => file && existsSync(file));
}

export function startBrowser(executablePath: string): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return chromium.launch({ executablePath, args });
}

export const PHONE = { viewport: { width: 390, height: 844 } } as const;
export const DARK = { colorScheme: 'dark' } as const;

export interface Visit {
  page: Page;
  /** What the browser complained about: a refused resource, a script's error. */
  complaints: string[];
  /** Every host that was asked for anything. */
  hosts: Set<string>;
}

export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ baseURL: url, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  return { page, complaints, hosts };
}

export async function logIn(page: Page, next: string): Promise<void> {
  await page.goto(next);
  await page.getByLabel('User').fill(LOGIN.DASHBOARD_USER);
  await page.getByLabel('Password').fill(LOGIN.DASHBOARD_PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL(`**${next}`);
}

interface Violation {
  id: string;
  impact: string | null;
  nodes: { html: string }[];
}

/** Only the violations leave the page: the rest of the report is far longer, and not read. */
const FIND_VIOLATIONS = `${axe.source};
  axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => ({ html })) })))`;

/** What axe-core finds that keeps people from using the page. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  const violations = (await page.evaluate(FIND_VIOLATIONS)) as Violation[];
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

const pictures = process.env['SCREENSHOTS'];

/** Keeps a picture for people to look at, if `SCREENSHOTS` names a folder. */
export async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
}

/** The same of a page of the board, which is visited for its picture alone. */
export async function boardPicture(page: Page, at: string, name: string): Promise<void> {
  if (pictures === undefined) return;
  await page.goto(at);
  await page.waitForLoadState('networkidle');
  await picture(page, name);
}
