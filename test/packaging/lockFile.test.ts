import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { unverifiedPackages } from '../../scripts/lockfile.mjs';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const lock = JSON.parse(read('package-lock.json'));

describe('package-lock.json', () => {
  test('holds the integrity of every package, of every platform; `npm run lockfile` adds what lacks', () => {
    expect(Object.keys(lock.packages).length).toBeGreaterThan(500);
    expect(unverifiedPackages(lock)).toEqual([]);
  });

  test('names a package without integrity, and none that is a folder of this project', () => {
    const packages = {
      '': {},
      'node_modules/checked': { integrity: 'sha512-x' },
      'node_modules/linked': { link: true },
      'packages/linked': {},
      'packages/linked/node_modules/nested': {},
      'node_modules/unchecked': {},
    };
    expect(unverifiedPackages({ packages })).toEqual([
      'packages/linked/node_modules/nested',
      'node_modules/unchecked',
    ]);
  });

  test('names no registry, so that each installation uses the one it is configured for', () => {
    const entries = Object.values<{ resolved?: string; link?: boolean }>(lock.packages);
    expect(entries.filter((entry) => entry.resolved !== undefined && !entry.link)).toEqual([]);
    const links = entries.filter((entry) => entry.link).map((entry) => entry.resolved);
    expect(links).toEqual(['test/clients/generators', 'packages/producer']);
  });
});

describe('the version of Node', () => {
  test('is the same in the image and in .nvmrc, and one that package.json allows', () => {
    const hint = read('.nvmrc').trim();
    expect(read('Dockerfile')).toContain(`ARG NODE_IMAGE=node:${hint}-bookworm-slim`);
    const oldest = JSON.parse(read('package.json')).engines.node.replace('>=', '');
    expect(Number(hint)).toBeGreaterThanOrEqual(Number.parseInt(oldest, 10));
  });
});
