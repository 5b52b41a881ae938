import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isInstalled } from '../../scripts/install.mjs';
import { ensureNode } from '../../scripts/lib/node.mjs';

describe('the version of Node', () => {
  test.each(['20.19.0', '20.20.2', '22.0.0'])('%s is good enough', (version) => {
    expect(() => ensureNode(version)).not.toThrow();
  });

  test.each(['20.18.3', '18.20.8'])('%s is refused with what to do', (version) => {
    expect(() => ensureNode(version)).toThrow(
      `Node 20.19 or newer is needed, this is ${version}: install it from https://nodejs.org`,
    );
  });
});

describe('packages are installed', () => {
  const locked = {
    '': { name: 'proactive-notifier' },
    'node_modules/needed': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/other-platform': { version: '1.0.0', integrity: 'sha512-b', optional: true },
    'node_modules/workspace': { resolved: 'packages/workspace', link: true },
    'packages/workspace': { version: '1.0.0' },
  };
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-packages-'));
    mkdirSync(path.join(root, 'node_modules'));
    write('package-lock.json', locked);
  });

  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  function write(file: string, packages: object): void {
    writeFileSync(path.join(root, file), JSON.stringify({ packages }));
  }

  test('when all that the lock file names are there, but optional ones and its own workspaces', () => {
    write('node_modules/.package-lock.json', {
      'node_modules/needed': locked['node_modules/needed'],
    });
    expect(isInstalled(root)).toBe(true);
  });

  test.each([
    ['one is missing', {}],
    ['one has another version', { 'node_modules/needed': { version: '1.0.1', integrity: 'x' } }],
    [
      'an optional one has another version',
      {
        'node_modules/needed': locked['node_modules/needed'],
        'node_modules/other-platform': { version: '0.9.0', integrity: 'sha512-c' },
      },
    ],
  ])('not when %s', (_what, packages) => {
    write('node_modules/.package-lock.json', packages);
    expect(isInstalled(root)).toBe(false);
  });

  test('not when an installation did not come to its end', () => {
    expect(isInstalled(root)).toBe(false);
  });
});
