import { get, type IncomingMessage } from 'node:http';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ROUTES } from '../../src/api/server.js';
import { html } from '../../src/html/html.js';
import { startTestApi, stopApisAfterAll } from './support/api.js';

stopApisAfterAll();

describe('the page at /docs', () => {
  let page: string;
  let policy: string;
  let url: string;

  beforeAll(async () => {
    const api = await startTestApi({ API_KEYS: 'shop:shop-key-0123456789' });
    url = api.url;
    const response = await fetch(`${url}/docs`);
    page = await response.text();
    policy = response.headers.get('content-security-policy') ?? '';
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  test('shows every operation, with an example and its answers', () => {
    for (const { operationId, url: at, answers } of ROUTES) {
      const section = new RegExp(
        `<section class="operation" id="${operationId}"[\\s\\S]*?</section>`,
      ).exec(page)?.[0];
      expect(section).toContain(`${at.replace(/:(\w+)/, '{$1}')}</code>`);
      expect(section).toContain('curl');
      for (const status of Object.keys(answers)) expect(section).toContain(`<summary>${status} `);
    }
  });

  test('names every field of a request, also those within the recipient', () => {
    for (const field of ['recipient.email', 'history.lookbackDays', 'sendAt', 'metadata']) {
      expect(page).toContain(`<code>${field}</code>`);
    }
  });

  test('runs nothing and loads nothing but the style sheet of all pages', () => {
    expect(page).not.toMatch(/<(?:script|style|img|iframe|form|object)\b|\bstyle="|\bon\w+="/i);
    expect(page).not.toMatch(/(?:src|href)="(?![#/]|data:,")/);
    const loaded = [...page.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)];
    expect(loaded.map(([, url]) => url)).toEqual([
      expect.stringMatching(/^\/assets\/console\.[0-9a-f]{16}\.css$/),
    ]);
    expect(policy).toContain("default-src 'none'; style-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  test('stands in the layout of the console, and needs neither a key nor a login', () => {
    expect(page).toContain('<a href="/docs" aria-current="page">API</a>');
    expect(page.match(/<h1\b/g)).toHaveLength(1);
  });

  test('is short on its way', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const answer = await new Promise<IncomingMessage>((resolve) => {
      get(`${url}/docs`, { headers }, resolve);
    });
    let bytes = 0;
    for await (const chunk of answer) bytes += (chunk as Buffer).length;
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(bytes).toBeLessThan(60_000);
  });

  test('escapes what it is made of', () => {
    const source = html`<p title="${'"&'}">${['<b>', html`<i>`]}</p>`.text;
    expect(source).toBe('<p title="&#34;&#38;">&#60;b&#62;<i></p>');
  });
});
