import { beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterAll, type TestApi } from '../api/support/api.js';
import { LOGIN, Visitor } from './support/visitor.js';

stopApisAfterAll();

describe('what the pages load', () => {
  let api: TestApi;
  let page: Response;
  let text: string;

  beforeAll(async () => {
    api = await startTestApi(LOGIN);
    page = await new Visitor(api.url).open('/login');
    text = await page.text();
  });

  test('nothing is inline and nothing comes from elsewhere, and the policy allows no such thing', () => {
    expect(text).not.toMatch(/<style|\bstyle="|\son\w+="|<script>|https?:\/\//i);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'self'; script-src 'self'; /);
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  test('is kept by the browser for ever under a name that changes with its content', async () => {
    const url = /href="(\/assets\/console\.[0-9a-f]{16}\.css)"/.exec(text)?.[1] ?? '';
    const packed = await fetch(`${api.url}${url}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.headers.get('content-type')).toBe('text/css; charset=utf-8');
    const plain = await fetch(`${api.url}${url}`, { headers: { 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await plain.text()).toBe(await packed.text());
    expect((await fetch(`${api.url}/assets/console.0000000000000000.css`)).status).toBe(404);
  });
});
