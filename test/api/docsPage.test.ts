import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ROUTES } from '../../src/api/server.js';
import { html } from '../../src/html/html.js';
import { startTestApi, stopApisAfterAll } from './support/api.js';

stopApisAfterAll();

describe('the page at /docs', () => {
  let page: string;
  let policy: string;

  beforeAll(async () => {
    const api = await startTestApi({ API_KEYS: 'shop:shop-key-0123456789' });
    const response = await fetch(`${api.url}/docs`);
    page = await response.text();
    policy = response.headers.get('content-security-policy') ?? '';
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  test('shows every operation, with an example and its answers', () => {
    for (const { operationId, url, answers } of ROUTES) {
      const section = new RegExp(`<section id="${operationId}"[\\s\\S]*?</section>`).exec(
        page,
      )?.[0];
      expect(section).toContain(`${url.replace(':id', '{id}')}</code>`);
      expect(section).toContain('curl');
      for (const status of Object.keys(answers)) expect(section).toContain(`<summary>${status} `);
    }
  });

  test('names every field of a request, also those within the recipient', () => {
    for (const field of ['recipient.email', 'history.lookbackDays', 'sendAt', 'metadata']) {
      expect(page).toContain(`<code>${field}</code>`);
    }
  });

  test('runs nothing and loads nothing, and its policy allows nothing but its own style', () => {
    expect(page).not.toMatch(/<(?:script|img|iframe|link|form|object)\b|\bstyle="|\bon\w+="/i);
    expect(page).not.toMatch(/(?:src|href)="(?!#|openapi\.json)/);
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy.split('; ').sort()).toEqual([
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      `style-src 'sha256-${hash}'`,
    ]);
  });

  test('escapes what it is made of', () => {
    const source = html`<p title="${'"&'}">${['<b>', html`<i>`]}</p>`.text;
    expect(source).toBe('<p title="&#34;&#38;">&#60;b&#62;<i></p>');
  });
});
