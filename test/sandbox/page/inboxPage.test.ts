import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FAULT_KINDS } from '../../../sandbox/faults.js';
import { WELL_KNOWN } from '../../../sandbox/population/wellKnown.js';
import { type Sandbox, startSandbox } from '../../../sandbox/sandbox.js';
import { type Client, EMAIL, emailTo, logIn, WEB, webMessage } from '../support/client.js';

const HOSTILE = '<script>parent.document.title="taken"</script><b onclick="x()">hello</b>';
const { delayedOrder, injection, offline } = WELL_KNOWN;

let sandbox: Sandbox;
let client: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ requestsPerMinute: 0 });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  sandbox.reset();
  client = await logIn(sandbox);
});

const page = async (query = '') => (await fetch(`${sandbox.url}/_sandbox/inbox${query}`)).text();
const submit = (path: string, fields: Record<string, string>, headers = {}) =>
  fetch(`${sandbox.url}/_sandbox/inbox${path}`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
    headers,
  });

describe('the inbox page', () => {
  test('is what a browser gets at the root', async () => {
    const response = await fetch(`${sandbox.url}/`);
    expect(response.url).toBe(`${sandbox.url}/_sandbox/inbox`);
    expect(await response.text()).toContain('No messages yet');
  });

  test('shows what a customer got, on which channel and how often, beside what they wrote', async () => {
    await client.post(WEB, webMessage(sandbox, delayedOrder.id));
    await client.post(WEB, { ...webMessage(sandbox, delayedOrder.id), textBody: 'another' });
    await client.post(EMAIL, emailTo('customer@example.com'));
    const shown = await page(`?who=${delayedOrder.id}`);
    expect(shown).toContain('3 messages: 2 web, 1 email');
    expect(shown.match(/<article class="message"/g)).toHaveLength(3);
    expect(shown).toContain('begun by the customer');
    expect(shown).not.toContain('the same words');
  });

  test('says so when the same text went to one customer twice', async () => {
    for (let n = 0; n < 2; n += 1) await client.post(EMAIL, emailTo('customer@example.com'));
    expect(await page('?who=customer@example.com')).toContain('the same words 2 times');
  });

  test('shows mail to an address that no customer has', async () => {
    await client.post(EMAIL, emailTo('else@example.com'));
    expect(await page()).toContain("is no customer's address");
  });

  test('escapes names and transcripts', async () => {
    sandbox.addConversation(injection.id, {
      minutesAgo: 5,
      messages: [{ from: 'customer', text: HOSTILE }],
    });
    const shown = await page(`?who=${injection.id}&search=${encodeURIComponent('"><i>')}`);
    expect(shown).toContain('&lt;b&gt;Mallory&lt;/b&gt;');
    expect(shown).toContain('&lt;script&gt;parent');
    expect(shown).not.toMatch(/<b onclick|<b>Mallory|<i>/);
  });

  test('runs its own script only, and mail has no rights at all', async () => {
    await client.post(EMAIL, { ...emailTo('customer@example.com'), htmlBody: HOSTILE });
    const response = await fetch(`${sandbox.url}/_sandbox/inbox?who=${delayedOrder.id}`);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
    expect(policy).not.toContain('unsafe');
    const [, path = ''] = /<iframe sandbox="".*?src="([^"]+)"/s.exec(await response.text()) ?? [];
    const mail = await fetch(`${sandbox.url}${path}`);
    expect(await mail.text()).toBe(HOSTILE);
    expect(mail.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
  });

  test('finds customers by name, address and id', async () => {
    const listed = async (search: string) =>
      [...(await page(`?search=${encodeURIComponent(search)}`)).matchAll(/id="to-([^"]+)"/g)].map(
        ([, id]) => id,
      );
    expect(await listed('ASHDOWN')).toEqual([offline.id]);
    expect(await listed('offline@')).toEqual([offline.id]);
    expect(await listed(offline.id)).toEqual([offline.id]);
    expect(await listed('nobody at all')).toEqual([]);
  });

  test('takes a customer offline and back, and opens a conversation', async () => {
    const { status, headers } = await submit(`/customers/${delayedOrder.id}`, { online: 'false' });
    expect([status, headers.get('location')]).toEqual([
      303,
      `/_sandbox/inbox?who=${delayedOrder.id}`,
    ]);
    await client.post(WEB, webMessage(sandbox, delayedOrder.id));
    expect(sandbox.deliveries.total).toBe(0);
    await submit(`/customers/${delayedOrder.id}`, { online: 'true', activeConversation: 'true' });
    expect(await client.post(WEB, webMessage(sandbox, delayedOrder.id))).toMatchObject({
      status: 409,
    });
  });

  test('arms every kind of fault, and removes them', async () => {
    for (const kind of FAULT_KINDS) {
      const extra: Record<string, string> = kind === 'delay' ? { ms: '5' } : { retryAfter: '' };
      const armed = await submit('/faults', { endpoint: 'engage', kind, count: '', ...extra });
      expect([kind, armed.status]).toEqual([kind, 303]);
    }
    expect(sandbox.faults.list().map(({ fault }) => fault.kind)).toEqual(FAULT_KINDS);
    expect(await page()).toContain('<strong>500-after</strong> at engage: 1 to go, fired 0');
    await submit('/faults/clear', {});
    expect(sandbox.faults.list()).toEqual([]);
    await submit('/faults', { endpoint: 'engage', kind: 'stall', delivered: 'true' });
    expect(sandbox.faults.list()).toMatchObject([{ fault: { kind: 'stall', delivered: true } }]);
  });

  test('refuses a wrong fault with the reason, on the page', async () => {
    const refused = await submit('/faults', { endpoint: 'engage', kind: '429', count: '0.5' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toMatch(/role="alert">That fault cannot be armed: .*count/);
  });

  test("does nothing for another site's form", async () => {
    const asked = await submit(
      '/faults',
      { endpoint: '*', kind: '401' },
      { 'sec-fetch-site': 'same-site' },
    );
    expect(asked.status).toBe(403);
    expect(sandbox.faults.list()).toEqual([]);
  });

  test('forgets all messages', async () => {
    await client.post(EMAIL, emailTo('customer@example.com'));
    expect((await submit('/clear', {})).status).toBe(303);
    expect(sandbox.deliveries.total).toBe(0);
  });

  test('shows a bounded part of thousands of customers and messages', async () => {
    sandbox.generateCustomers(5_000);
    for (const { id, email } of sandbox.customers()) {
      sandbox.deliveries.add({
        ...{ at: 1, channel: 'web', to: id, from: 'us', customerId: id, customerEmail: email },
        ...{ text: 'hello', subject: null, html: null, messageId: id, conversationId: null },
        fault: null,
      });
    }
    const shown = await page();
    expect(shown.length).toBeLessThan(200_000);
    expect(shown).toMatch(/and \d+ more: search for them/);
  });
});
