import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApi, stopApisAfterAll, type TestApi } from '../../api/support/api.js';
import { campaignWithRows, ROWS, upload } from '../../api/support/campaigns.js';
import { Visitor } from '../support/visitor.js';

stopApisAfterAll();

let api: TestApi;
let visitor: Visitor;

beforeAll(async () => {
  api = await startTestApi();
  visitor = new Visitor(api.url);
});

/** The text of a page, and the form tokens on it, in their order. */
async function pageOf(path: string): Promise<{ status: number; text: string; tokens: string[] }> {
  const answer = await visitor.open(path);
  const text = await answer.text();
  const tokens = [...text.matchAll(/name="once" value="([\w-]+)"/g)].map(([, token = '']) => token);
  return { status: answer.status, text, tokens };
}

/** A token that no form was sent with. */
async function token(): Promise<string> {
  return (await pageOf('/new-campaign?template=follow-up')).tokens[0] ?? '';
}

async function stateOf(id: string): Promise<unknown> {
  const { status, body } = await api.call('GET', `/v1/campaigns/${id}`);
  if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body['state'];
}

const importedAt = async (id: string) => {
  const { body } = await api.call('GET', `/v1/campaigns/${id}`);
  return (body['import'] as { finishedAt: string }).finishedAt;
};

async function start(id: string, once: string, changes: Record<string, string> = {}) {
  const form = { once, recipients: '2', importedAt: await importedAt(id), ...changes };
  return visitor.submit(`/campaigns/${id}/start`, form);
}

describe('the list of campaigns', () => {
  test('without any says what a campaign is, and leads to a new one', async () => {
    const { text } = await pageOf('/campaigns');
    expect(text).toContain('There is no campaign yet');
    expect(text).toContain('href="/new-campaign"');
  });

  test('has a page of twenty, the newest first, and leads to the older ones', async () => {
    const other = await startTestApi();
    for (let number = 1; number <= 21; number += 1) {
      await other.call('POST', '/v1/campaigns', { id: `c${number}`, template: 'follow-up' });
    }
    const first = await (await new Visitor(other.url).open('/campaigns')).text();
    expect(first.match(/href="\/campaigns\/c\d+"/g)).toHaveLength(20);
    const older = /href="(\/campaigns\?before=[^"]+)"/.exec(first)?.[1] ?? '';
    const second = await (await new Visitor(other.url).open(older)).text();
    expect(second.match(/href="\/campaigns\/c\d+"/g)).toEqual(['href="/campaigns/c1"']);
    expect(second).toContain('The newest');
  });
});

describe('a new campaign', () => {
  test('begins with its message, shown as it will look', async () => {
    const { text } = await pageOf('/new-campaign');
    expect(text).toContain('/new-campaign?template=follow-up');
    expect(text).toMatch(/Hi Anna Schmidt,/);
  });

  test('shows the message with the values of its form, and its mail in a frame without any rights', async () => {
    const form = { template: 'follow-up', 'variable.companyName': 'Blue <b>Ox</b>' };
    const look = await (await visitor.submit('/new-campaign/message', form)).text();
    expect(look).toContain('Blue &#60;b&#62;Ox&#60;/b&#62;');
    const url = /src="([^"]+)"/.exec(look)?.[1]?.replaceAll('&#38;', '&') ?? '';
    const mail = await visitor.open(url);
    expect(mail.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'/);
    expect(mail.headers.get('x-frame-options')).toBe('SAMEORIGIN');
    expect(await mail.text()).toContain('Blue &lt;b&gt;Ox');
  });

  test('is made once, however often its form is sent', async () => {
    const once = await token();
    const form = {
      once,
      template: 'follow-up',
      name: 'Ünser großer Herbst',
      channels: 'email,web',
    };
    const answers = await Promise.all([1, 2, 3].map(() => visitor.submit('/campaigns', form)));
    const locations = new Set(answers.map((answer) => answer.headers.get('location')));
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(locations.size).toBe(1);
    const [location = ''] = [...locations];
    expect(location).toMatch(/^\/campaigns\/unser-grosser-herbst-[a-z0-9]{6,8}$/);
    const { body } = await api.call('GET', location?.replace('/', '/v1/') ?? '');
    expect(body).toMatchObject({ name: 'Ünser großer Herbst', channels: ['email', 'web'] });
  });

  test('is refused with the reason beside its field, and keeps what was written', async () => {
    const form = {
      once: await token(),
      template: 'follow-up',
      name: 'Too late',
      endAt: '2020-01-01T00:00',
      'variable.companyName': 'x'.repeat(80),
    };
    const answer = await visitor.submit('/campaigns', form);
    const text = await answer.text();
    expect(answer.status).toBe(422);
    expect(text).toContain('Expected a time in the future.');
    expect(text).toContain('value="Too late"');
    const long = await visitor.submit('/campaigns', { ...form, endAt: '' });
    expect(await long.text()).toContain('Expected at most 60 characters.');
    const again = await visitor.submit('/campaigns', {
      ...form,
      endAt: '',
      'variable.companyName': '',
    });
    expect(again.status).toBe(303);
  });
});

describe('a campaign whose file lacks a value that the message needs', () => {
  const draft = async (name: string, values: Record<string, string>) => {
    const form = {
      once: await token(),
      template: 'order-update',
      name,
      channels: 'email',
      ...values,
    };
    const answer = await visitor.submit('/campaigns', form);
    return { status: answer.status, id: answer.headers.get('location')?.split('/').pop() ?? '' };
  };
  const FILE = 'email,orderNumber\nada@example.com,A-1\n';

  test('names which values are needed before the file is chosen', async () => {
    const { text } = await pageOf('/new-campaign?template=order-update');
    expect(text.match(/Needed, here or in the file/g)).toHaveLength(2);
    expect(text).not.toContain('..');
  });

  test('is made anew with the value, and takes the place of the one without a file', async () => {
    const first = await draft('Spring', { 'variable.companyName': 'Blue Ox' });
    const answer = await fetch(`${api.url}/campaigns/${first.id}/columns`, {
      method: 'POST',
      body: JSON.stringify({
        head: Buffer.from(FILE).toString('base64'),
        isWhole: true,
        encoding: '',
        choices: {},
      }),
      headers: { origin: api.url, 'content-type': 'application/json' },
    });
    const link = /href="(\/new-campaign\?like=[^"]+)">give one value for all/.exec(
      await answer.text(),
    )?.[1];
    expect(link).toBe(`/new-campaign?like=${first.id}`);
    const { text } = await pageOf(link ?? '');
    expect(text).toContain('takes the place of');
    for (const kept of ['value="Spring"', 'value="Blue Ox"', 'value="email" selected']) {
      expect(text).toContain(kept);
    }
    const second = await draft('Spring', { like: first.id, 'variable.status': 'On its way' });
    expect(second.status).toBe(303);
    expect((await pageOf(`/campaigns/${first.id}`)).status).toBe(404);
    const ready = await upload(api, second.id, FILE);
    expect([ready.status, await stateOf(second.id)]).toEqual([200, 'ready']);
  });

  test('stays where it has a file, or another form names it', async () => {
    await campaignWithRows(api, 'kept');
    expect((await pageOf('/new-campaign?like=kept')).text).toContain('which stays as it is');
    await draft('Like it', { like: 'kept', 'variable.status': 'x' });
    expect(await stateOf('kept')).toBe('ready');
    expect((await pageOf('/new-campaign?like=none')).status).toBe(404);
  });
});

describe('the check of a campaign', () => {
  beforeAll(() => campaignWithRows(api, 'checked'));

  test('says what the file has brought, row by row for what was refused', async () => {
    const { text } = await pageOf('/campaigns/checked');
    expect(text).toContain('Why rows were refused');
    expect(text).toContain('an email address such as customer@example.com');
    expect(text).toContain('row 4');
    const rejected = await visitor.open('/campaigns/checked/rejected');
    expect(await rejected.text()).toContain('nowhere,Ann,Northwind Outfitters');
    expect(rejected.headers.get('content-disposition')).toContain('checked-rejected.csv');
  });

  test('foresees what happens, with messages of real rows', async () => {
    const fragment = await visitor.open('/campaigns/checked/forecast', { 'hx-request': 'true' });
    const text = await fragment.text();
    expect(text).not.toContain('<!doctype');
    expect(text).toContain('tried by Web message first');
    expect(text).toMatch(/Messages<\/dt><dd>at most 2</);
    expect(text).toMatch(/skipped without an earlier conversation<\/td><td[^>]*>not known yet/);
    expect(text).toContain('Row 2');
    expect(text).toContain('Hi Dana,');
    const alone = await (await visitor.open('/campaigns/checked/forecast')).text();
    expect(alone).toContain('<!doctype html>');
  });

  test('shows any other row, and says of one that is not there why', async () => {
    const row = async (number: string) =>
      (await visitor.open(`/campaigns/checked/sample?number=${number}`)).text();
    expect(await row('3')).toContain('Row 3');
    for (const number of ['4', '1', '-1', 'x']) {
      expect(await row(number)).toContain('no such row among its recipients');
    }
    const mail = await visitor.open('/campaigns/checked/mail?number=3&channel=email&history=yes');
    expect(await mail.text()).toContain('Northwind Outfitters');
    expect((await visitor.open('/campaigns/checked/mail?number=3&channel=fax')).status).toBe(404);
  });
});

describe('a test send', () => {
  beforeAll(() => campaignWithRows(api, 'tried'));

  const form = (once: string, changes: Record<string, string> = {}) => ({
    once,
    to: 'me@example.com',
    row: '2',
    ...changes,
  });

  test('leaves once, however often its form is sent', async () => {
    const once = await token();
    const answers = await Promise.all(
      [1, 2, 3].map(() => visitor.submit('/campaigns/tried/test', form(once))),
    );
    const locations = answers.map((answer) => answer.headers.get('location') ?? '');
    expect(new Set(locations).size).toBe(1);
    const id = /test=([^#]+)/.exec(locations[0] ?? '')?.[1] ?? '';
    expect(id).toBe(`tried.test-${once}`);
    const tests = (await api.storedKeys()).filter((key) => key.includes(':n:tried.test-'));
    expect(tests).toHaveLength(1);
    const { text } = await pageOf(`/campaigns/tried?test=${id}`);
    expect(text).toMatch(/Your test: (accepted|queued)/);
    expect(text).toContain(`/notifications/${id}`);
    expect(await stateOf('tried')).toBe('ready');
  });

  test('after a crash between mark and answer finds what the first click has sent', async () => {
    const once = await token();
    await visitor.submit('/campaigns/tried/test', form(once));
    // As if the process had died: the mark of the form is gone, and the form is sent again.
    const { Redis } = await import('ioredis');
    const redis = new Redis(api.config.REDIS_URL);
    await redis.del(`${api.config.QUEUE_PREFIX}:form:${once}`);
    redis.disconnect();
    const again = await visitor.submit('/campaigns/tried/test', form(once));
    expect(again.status).toBe(303);
    const tests = (await api.storedKeys()).filter((key) => key.endsWith(`:n:tried.test-${once}`));
    expect(tests).toHaveLength(1);
  });

  test.each([
    [{ to: 'nowhere' }, 'Expected an email address'],
    [{ to: 'me@' }, 'recipient.email: expected'],
    [{ row: '999' }, 'no such row among its recipients'],
  ] as [Record<string, string>, string][])(
    'with %j is refused, and keeps what was written',
    async (changes, because) => {
      const answer = await visitor.submit('/campaigns/tried/test', form(await token(), changes));
      const text = await answer.text();
      expect(answer.status).toBe(409);
      expect(text).toContain(because);
      expect(text).toContain(`value="${changes['to'] ?? 'me@example.com'}"`);
    },
  );

  test('never has the address in an URL or in the log', async () => {
    const answer = await visitor.submit('/campaigns/tried/test', form(await token()));
    expect(answer.headers.get('location')).not.toContain('example.com');
    expect(api.logged.join('')).not.toContain('me@example.com');
  });
});

describe('the start of a campaign', () => {
  test('asks for the number of its recipients, and for nothing less', async () => {
    await campaignWithRows(api, 'typed');
    for (const recipients of ['', '3', 'two', '2 rows']) {
      const answer = await start('typed', await token(), { recipients });
      expect(answer.status).toBe(409);
      expect(await answer.text()).toContain('Type the number of recipients, 2,');
    }
    expect(await stateOf('typed')).toBe('ready');
    const started = await start('typed', await token(), { recipients: ' 2 ' });
    expect(started.headers.get('location')).toBe('/campaigns/typed');
    expect((await pageOf('/campaigns/typed')).text).toMatch(/an estimate: [\d.]+ a row/);
    expect(await stateOf('typed')).toBe('running');
  });

  test('by a double click and by two tabs happens once', async () => {
    await campaignWithRows(api, 'doubled');
    const [one, other] = [await token(), await token()];
    const answers = await Promise.all([
      start('doubled', one),
      start('doubled', one),
      start('doubled', other),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    const { body } = await api.call('GET', '/v1/campaigns/doubled');
    const { startedAt } = body;
    await start('doubled', await token());
    expect((await api.call('GET', '/v1/campaigns/doubled')).body['startedAt']).toBe(startedAt);
    expect((body['counts'] as Record<string, number>)['waiting']).toBeLessThanOrEqual(2);
  });

  test('is refused where another tab has replaced the rows meanwhile, even by as many', async () => {
    await campaignWithRows(api, 'replaced');
    const seen = await importedAt('replaced');
    await upload(api, 'replaced', ROWS.replaceAll('@example.com', '@example.org'));
    const answer = await start('replaced', await token(), { importedAt: seen });
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('have been replaced since you looked');
    expect(await stateOf('replaced')).toBe('ready');
  });

  test('at a time is a schedule, and can be taken back', async () => {
    await campaignWithRows(api, 'scheduled');
    const at = new Date(Date.now() + 3_600_000).toISOString().slice(0, 16);
    await start('scheduled', await token(), { at });
    const { text, tokens } = await pageOf('/campaigns/scheduled');
    expect(text).toContain('It starts by itself');
    await visitor.submit('/campaigns/scheduled/pause', { once: tokens[0] ?? '', reason: 'x' });
    expect((await pageOf('/campaigns/scheduled')).text).not.toContain('It starts by itself');
  });

  test('of a file with many refused rows asks for one more word', async () => {
    const rows = `email\n${Array.from({ length: 6 }, (_, at) => `c${at}@example.com`).join('\n')}\n${'nowhere\n'.repeat(6)}`;
    await campaignWithRows(api, 'doubtful', { rows });
    const refused = await start('doubtful', await token(), { recipients: '6' });
    expect(await refused.text()).toContain('more than one in ten');
    const words = { recipients: '6', acceptRejected: 'yes' };
    expect((await start('doubtful', await token(), words)).status).toBe(303);
  });
});

describe('a campaign that has begun', () => {
  const step = async (id: string, name: string, form: Record<string, string> = {}) =>
    visitor.submit(`/campaigns/${id}/${name}`, { once: await token(), ...form });

  beforeAll(async () => {
    await campaignWithRows(api, 'begun');
    await start('begun', await token());
  });

  test('is paused with a reason, let go on, and cancelled for good', async () => {
    expect((await pageOf('/campaigns/begun')).text).toContain('Pause it');
    await step('begun', 'pause', { reason: 'wrong <b>price</b>' });
    const paused = await pageOf('/campaigns/begun');
    expect(paused.text).toContain('wrong &#60;b&#62;price');
    expect(paused.text).toContain('Let it go on');
    expect(paused.text).toMatch(/<strong>Paused since <time/);
    for (const path of ['/campaigns', '/']) {
      const { text } = await pageOf(path);
      expect([path, text]).toEqual([path, expect.stringContaining('wrong &#60;b&#62;price')]);
      expect(text).not.toContain('notifier notifier');
      expect(text).toMatch(/since <time[^>]*>\d\d:\d\d UTC/);
    }
    await step('begun', 'resume');
    expect(await stateOf('begun')).toBe('running');
    await step('begun', 'cancel', { reason: 'wrong list' });
    const { text } = await pageOf('/campaigns/begun');
    expect(text).toMatch(/It was cancelled.*wrong list/s);
    expect(text).not.toContain('Pause it');
    const late = await step('begun', 'resume');
    expect(late.status).toBe(409);
    expect(await late.text()).toContain('It is cancelled.');
  });

  test('gives its results as a file', async () => {
    const csv = await visitor.open('/campaigns/begun/results');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(await csv.text()).toMatch(/begun\.2.*cancelled/);
    const ndjson = await visitor.open('/campaigns/begun/results?format=ndjson');
    expect((await ndjson.text()).split('\n')).toHaveLength(3);
  });

  test('is not started, uploaded to or checked any more: its page says where it stands', async () => {
    expect((await visitor.open('/campaigns/begun/file')).headers.get('location')).toBe(
      '/campaigns/begun',
    );
    const again = await start('begun', await token());
    expect(again.headers.get('location')).toBe('/campaigns/begun');
    expect(await stateOf('begun')).toBe('cancelled');
  });

  test('says what a retry has come to, and refuses one without a state', async () => {
    const { text } = await pageOf(
      '/campaigns/begun?retried=3&kept=2&because=may_have_arrived&because=<script>&left=yes',
    );
    expect(text).toContain('3 rows were set going again.');
    expect(text).toContain('an earlier try may have reached the customer');
    expect(text).not.toContain('<script>&');
    expect((await step('begun', 'retry')).status).toBe(409);
  });

  test.each(['none', '..%2f', 'a'.repeat(101)])(
    'that is not there (%s) is said to be so',
    async (id) => {
      const { status, text } = await pageOf(`/campaigns/${id}`);
      expect(status).toBe(404);
      expect(text).toContain('There is no');
    },
  );
});

describe('hostile names', () => {
  const HOSTILE = `<script>alert(1)</script> \u202eevil "' 🙂 ${'x'.repeat(120)}`;

  test('of a campaign and a column stand as text wherever they are shown', async () => {
    const made = await api.call('POST', '/v1/campaigns', {
      id: 'hostile',
      name: HOSTILE,
      template: 'follow-up',
    });
    expect(made.status).toBe(201);
    const file = 'email,<script>alert(2)</script>,"=cmd()"\ncustomer@example.com,<img src=x>,1\n';
    await upload(api, 'hostile', file);
    for (const path of [
      '',
      '/hostile',
      '/hostile/file',
      '/hostile/forecast',
      '/hostile/sample?number=2',
    ]) {
      const { text } = await pageOf(`/campaigns${path}`);
      expect(text).not.toMatch(/<script>alert|<img src=x/);
    }
    expect((await pageOf('/campaigns')).text).toContain('<bdi>&#60;script&#62;alert(1)');
  });
});

afterAll(() => {
  const errors = api.logged.filter((line) => /"level":"(error|fatal)"/.test(line));
  expect(errors).toEqual([]);
});
