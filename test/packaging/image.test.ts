import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SETTING_NAMES } from '../../src/config.js';
import { run } from '../cli/support/command.js';
import { PAGES } from '../support/pages.js';

const at = (name: string) => new URL(`../../${name}`, import.meta.url);
const read = (name: string) => readFileSync(at(name), 'utf8');
const dockerfile = read('Dockerfile');
const compose = read('docker-compose.yml');

describe('the Dockerfile', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources]) =>
    (sources ?? '').split(' '),
  );

  test('copies only what exists and what .dockerignore lets through', () => {
    expect(copied.length).toBeGreaterThan(5);
    const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);
    for (const source of copied) {
      expect([source, existsSync(at(source))]).toEqual([source, true]);
      expect(allowed).toContain(source.split('/')[0]);
    }
  });

  test('lets nothing into the context that holds secrets or is rebuilt inside', () => {
    const rules = read('.dockerignore')
      .split('\n')
      .filter((line) => /^[^#]/.test(line));
    expect(rules[0]).toBe('*');
    for (const name of ['.env', 'node_modules', 'dist', '.git'])
      expect(rules).not.toContain(`!${name}`);
  });

  test('ends as a user that is not root', () => {
    expect(dockerfile.slice(dockerfile.lastIndexOf('\nFROM'))).toMatch(/^USER 1000:1000$/m);
  });

  test('sets only variables that are settings', () => {
    const names = [...dockerfile.matchAll(/^(?:ENV| {4}) ?([A-Z_]+)=/gm)].map(([, name]) => name);
    expect(names).toEqual(['NODE_ENV', 'API_HOST', 'HEALTH_PORT']);
    expect(SETTING_NAMES).toEqual(expect.arrayContaining(names.slice(1)));
  });

  test('asks for its health also where the sandbox listens by itself', async () => {
    const port = /"(\d+)\/_sandbox\/"/.exec(dockerfile)?.[1] ?? 'no port';
    expect(compose).toContain(`/healthz, ${port}/_sandbox/]`);
    const { stdout } = await run(['sandbox', '--help'], {});
    expect(stdout).toMatch(new RegExp(`--port [^-]+\\(default: ${port}\\)`));
  });
});

describe('docker-compose.yml', () => {
  test('has a Redis that neither evicts nor forgets, within a bound', () => {
    for (const option of [
      'maxmemory-policy noeviction',
      'appendonly yes',
      'appendfsync everysec',
    ]) {
      expect(compose).toContain(`- --${option}`);
    }
    expect(compose).toMatch(/- --maxmemory \S+/);
  });

  test('publishes its ports on this machine only', () => {
    const ports = [...compose.matchAll(/ports: \[['"]([^'"]+)['"]\]/g)].map(([, port]) => port);
    expect(ports).toHaveLength(2);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('sets only variables that are settings', () => {
    const block = /x-environment: &environment\n((?: {2}.+\n)+)/.exec(compose)?.[1] ?? '';
    const names = [...block.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(2);
    expect(SETTING_NAMES).toEqual(expect.arrayContaining(names));
  });
});

describe('every docker compose up that is written down', () => {
  test('gives the terminal back, because a Ctrl-C in one that stays stops everything', () => {
    const files = ['docker-compose.yml', 'Dockerfile', '.env.example', '.env.sandbox'];
    const lines = [...PAGES.map(({ text }) => text), ...files.map(read)]
      .flatMap((text) => text.split('\n'))
      .filter((line) => /docker compose .*\bup\b/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) expect(line).toContain('--wait');
  });
});

describe('docs/deployment.md', () => {
  test('starts the services that docker-compose.yml has, with files that exist', () => {
    const section = read('docs/deployment.md');
    for (const [, service] of section.matchAll(/--(?:scale|profile) (\w+)/g)) {
      expect(compose).toMatch(new RegExp(`^ {2}${service}:$`, 'm'));
    }
    const files = new Set([...section.matchAll(/(?<=[ =])\.env\.\w+/g)].map(([file]) => file));
    expect([...files]).toEqual(['.env.sandbox', '.env.example']);
    for (const file of files) expect(existsSync(at(file))).toBe(true);
    const key = /Bearer\s(\S+?)`/.exec(section)?.[1] ?? 'no key';
    expect(read('.env.sandbox')).toContain(`API_KEYS=trial:${key}`);
  });
});
