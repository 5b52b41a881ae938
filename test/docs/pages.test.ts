import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { SETTING_NAMES } from '../../src/config.js';
import {
  commandLines,
  PAGES,
  type Page,
  pageAt,
  projectRoot,
  quotedTexts,
} from '../support/pages.js';

/** What GitHub makes of a heading. */
function anchorsOf({ text }: Page): string[] {
  const prose = text.replace(/^ *```[\s\S]*?^ *```/gm, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The relative links of a page, as paths from the root with an anchor or none. */
function linksOf({ path, text }: Page): { link: string; target: string; anchor: string }[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links
    .filter((link) => !/^https?:/.test(link))
    .map((link) => {
      const url = new URL(link, `file:///${path}`);
      return { link, target: url.pathname.slice(1), anchor: url.hash.slice(1) };
    });
}

describe('the pages', () => {
  test('link only to files that exist and to headings that they have', () => {
    const links = PAGES.flatMap((page) => linksOf(page).map((link) => ({ page, ...link })));
    expect(links.length).toBeGreaterThan(40);
    const broken = links.filter(({ target, anchor }) => {
      if (!existsSync(new URL(target, projectRoot))) return true;
      return anchor !== '' && !anchorsOf(pageAt(target)).includes(anchor);
    });
    expect(broken.map(({ page, link }) => `${page.path}: ${link}`)).toEqual([]);
  });

  test('can all be reached from the README', () => {
    const linked = linksOf(pageAt('README.md')).map(({ target }) => target);
    const pages = PAGES.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
    expect(
      [...pages, 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((p) => !linked.includes(p)),
    ).toEqual([]);
  });

  test('name only files and folders that exist', () => {
    const named = PAGES.flatMap((page) =>
      quotedTexts(page)
        .filter((text) =>
          /^(src|test|scripts|docs|deploy|templates|sandbox|packages)\/[\w./-]*$/.test(text),
        )
        .map((path) => ({ page: page.path, path })),
    );
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter(({ path }) => !existsSync(new URL(path, projectRoot)))).toEqual([]);
  });

  test('name only settings that exist', () => {
    const names = PAGES.filter(({ path }) => path !== 'CHANGELOG.md').flatMap(quotedTexts);
    const settings = names
      .map((text) => /^([A-Z]+(?:_[A-Z]+)+)(?:=.*)?$/.exec(text)?.[1])
      .filter((name) => name !== undefined);
    expect(settings.length).toBeGreaterThan(60);
    const others = settings.filter((name) => !SETTING_NAMES.some((setting) => setting === name));
    expect([...new Set(others)].sort()).toEqual([
      'CHANNEL_DRIVERS',
      'CHANNEL_FACTS',
      'CONTEXT_VARIABLES',
      'COUNTED_REASONS',
      'INTAKE_JOBS',
      'MODEL_TIMES',
      // Of Node.js, and of the SDK of OpenTelemetry.
      'NODE_OPTIONS',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'OTEL_EXPORTER_OTLP_HEADERS',
      'OTEL_TRACES_SAMPLER',
      'OTEL_TRACES_SAMPLER_ARG',
    ]);
  });

  test('show only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', projectRoot), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const code = PAGES.flatMap((page) => [...quotedTexts(page), ...commandLines(page)]);
    const shown = code
      .map((line) => /^npm (?:-s )?(?:run )?([a-z]+)\b/.exec(line)?.[1])
      .filter((name) => name !== undefined && !['install', 'pack', 'publish'].includes(name));
    expect(shown.length).toBeGreaterThan(40);
    expect(shown.filter((name) => name !== undefined && !(name in scripts))).toEqual([]);
  });

  test('are written in plain words', () => {
    const words = /\b(whoever|nobody|somebody|anybody|told|mend\w*|troubles?|strangers?)\b/gi;
    const found = PAGES.flatMap(({ path, text }) =>
      [...text.matchAll(words)].map(([word]) => `${path}: ${word}`),
    );
    expect(found).toEqual([]);
  });

  test('begin with a README of at most 200 lines', () => {
    expect(pageAt('README.md').text.trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });
});
