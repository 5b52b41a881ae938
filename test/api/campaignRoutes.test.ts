import { beforeAll, describe, expect, test } from '@jest/globals';
import { CAMPAIGN_REQUEST } from '../../src/api/routes/campaignExamples.js';
import { startTestApi, stopApisAfterAll, type TestApi } from './support/api.js';
import { CAMPAIGN, campaignWithRows, upload } from './support/campaigns.js';

stopApisAfterAll();

const PATH = '/v1/campaigns';
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});

const create = (request: unknown) => api.call('POST', PATH, request);
const takeStep = (id: string, step: string, body?: unknown) =>
  api.call('POST', `${PATH}/${id}/${step}`, body);

describe('making a campaign', () => {
  test('answers 201 with the campaign and where it is', async () => {
    const answer = await create({ ...CAMPAIGN, name: 'Autumn' });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        id: 'autumn',
        name: 'Autumn',
        state: 'importing',
        counts: { waiting: 0, sent: 0 },
        progress: { rows: 0, ended: 0 },
        possible: ['import', 'cancel'],
      },
    });
    expect(answer.headers.get('location')).toBe('/v1/campaigns/autumn');
    const read = await api.call('GET', `${PATH}/autumn`);
    expect(read).toMatchObject({ status: 200, body: answer.body });
  });

  test('makes up an id, which is its name too, when none is given', async () => {
    const { body } = await create({ template: 'follow-up' });
    expect(body['id']).toMatch(/^[0-9a-f]{8}-/);
    expect(body['name']).toBe(body['id']);
  });

  test('again with the same body is answered with the one there is, otherwise refused', async () => {
    const request = { ...CAMPAIGN_REQUEST, id: 'same', endAt: tomorrow() };
    expect(await create(request)).toMatchObject({ status: 201 });
    expect(await create(request)).toMatchObject({ status: 200 });
    const kind = 'urn:proactive-notifier:problem:campaign-id-conflict';
    expect(await create({ ...request, name: 'Another' })).toMatchObject({
      status: 409,
      body: { type: kind, id: 'same', state: 'importing' },
    });
  });

  test('says whether its rows are prefetched for: unless it is switched off, which makes it another one', async () => {
    const request = { ...CAMPAIGN_REQUEST, id: 'ahead', endAt: tomorrow() };
    expect(await create(request)).toMatchObject({ status: 201, body: { prefetch: 'auto' } });
    expect(await create({ ...request, prefetch: 'auto' })).toMatchObject({ status: 200 });
    expect(await create({ ...request, prefetch: 'off' })).toMatchObject({ status: 409 });
    const off = await create({ ...request, id: 'off', prefetch: 'off' });
    expect(off).toMatchObject({ status: 201, body: { prefetch: 'off' } });
  });

  test.each([
    ['without a template', {}, ['template']],
    ['with a prefetch that does not exist', { ...CAMPAIGN, prefetch: 'on' }, ['prefetch']],
    ['with one that does not exist', { template: 'nope' }, ['template']],
    ['with an id too long for its rows', { ...CAMPAIGN, id: 'x'.repeat(101) }, ['id']],
    ['with an unknown field', { ...CAMPAIGN, rows: [] }, ['rows']],
    ['with a channel that does not exist', { ...CAMPAIGN, channels: ['fax'] }, ['channels.0']],
    ['that ends before it begins', { ...CAMPAIGN, endAt: '2020-01-01T00:00:00Z' }, ['endAt']],
    [
      'with everything wrong',
      { template: 7, name: 'a\nb', startAt: 'soon', endAt: 'later' },
      ['template', 'name', 'startAt', 'endAt'],
    ],
  ])('%s is refused, naming each field, and stores nothing', async (_title, request, fields) => {
    const before = await api.storedKeys();
    const { status, body } = await create({ id: 'refused', ...request });
    expect(status).toBe(422);
    const errors = body['errors'] as { field: string }[];
    expect(errors.map(({ field }) => field).sort()).toEqual([...fields].sort());
    expect(await api.storedKeys()).toEqual(before);
  });
});

describe('the list of campaigns', () => {
  test('has the newest first, a page at a time', async () => {
    for (const id of ['one', 'two', 'three']) await create({ ...CAMPAIGN, id });
    const page = async (query: string) => {
      const { body } = await api.call('GET', `${PATH}?${query}`);
      const campaigns = body['campaigns'] as { id: string }[];
      return { ids: campaigns.map(({ id }) => id), next: body['next'] };
    };
    const first = await page('limit=2');
    expect(first).toEqual({ ids: ['three', 'two'], next: 'two' });
    expect((await page('limit=1&before=two')).ids).toEqual(['one']);
    expect((await page('limit=100')).next).toBeUndefined();
  });

  test.each(['limit=0', 'limit=101', 'limit=1.5', 'limit=ten', 'page=2', 'limit=1&limit=2'])(
    'refuses ?%s',
    async (query) => {
      expect(await api.call('GET', `${PATH}?${query}`)).toMatchObject({ status: 422 });
    },
  );
});

test.each([
  ['GET', ''],
  ['GET', '/results'],
  ['GET', '/rejected'],
  ['POST', '/start'],
  ['POST', '/pause'],
  ['POST', '/resume'],
  ['POST', '/cancel'],
  ['POST', '/dry-run'],
  ['POST', '/retry'],
  ['PUT', '/rows'],
])('%s of a campaign that does not exist%s is answered with 404', async (method, path) => {
  const type = 'urn:proactive-notifier:problem:no-campaign';
  const body = path === '/retry' ? { states: ['failed'] } : undefined;
  for (const id of ['nope', 'x'.repeat(101), '..%2F']) {
    const answer = await api.call(method, `${PATH}/${id}${path}`, body);
    expect(answer).toMatchObject({ status: 404, body: { type } });
  }
});

describe('the steps of a campaign', () => {
  test('can be taken twice, and say what can be done next', async () => {
    await campaignWithRows(api, 'steps');
    const seen: unknown[] = [];
    for (const step of [
      'start',
      'start',
      'pause',
      'pause',
      'resume',
      'resume',
      'cancel',
      'cancel',
    ]) {
      const { status, body } = await takeStep('steps', step);
      seen.push([step, status, body['state'], body['possible']]);
    }
    const running = [200, 'running', ['pause', 'cancel', 'retry']];
    const paused = [200, 'paused', ['resume', 'cancel', 'retry']];
    const cancelled = [200, 'cancelled', []];
    expect(seen).toEqual([
      ['start', ...running],
      ['start', ...running],
      ['pause', ...paused],
      ['pause', ...paused],
      ['resume', ...running],
      ['resume', ...running],
      ['cancel', ...cancelled],
      ['cancel', ...cancelled],
    ]);
  });

  test('are refused where they make no sense, with the reason and what can be done', async () => {
    await create({ ...CAMPAIGN, id: 'empty' });
    expect(await takeStep('empty', 'start')).toMatchObject({
      status: 409,
      body: {
        type: 'urn:proactive-notifier:problem:campaign-step-refused',
        detail: 'It has no rows yet; upload them first.',
        state: 'importing',
        possible: ['import', 'cancel'],
      },
    });
    expect(await takeStep('empty', 'resume')).toMatchObject({ status: 409 });
    await takeStep('empty', 'cancel');
    expect(await upload(api, 'empty', 'email\na@example.com\n')).toMatchObject({
      status: 409,
      body: { state: 'cancelled', possible: [] },
    });
  });

  test('a start at a later time waits for it', async () => {
    await campaignWithRows(api, 'later');
    const at = tomorrow();
    const { body } = await takeStep('later', 'start', { at });
    expect(body).toMatchObject({ state: 'ready', startAt: at });
  });

  test.each([
    ['start', { at: 'tomorrow' }, 'at'],
    ['pause', { reason: '' }, 'reason'],
    ['pause', { because: 'x' }, 'because'],
    ['cancel', { reason: 'a\nb' }, 'reason'],
    ['resume', { force: true }, 'force'],
    ['dry-run', { lookUp: -1 }, 'lookUp'],
    ['retry', { states: ['failed', 'unknown'] }, 'states.1'],
    ['retry', {}, 'states'],
  ])('%s with the body %j names the field', async (step, body, field) => {
    const answer = await takeStep('later', step, body);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  test('remember who took them, and why', async () => {
    const key = 'ops-key-0123456789abcdef';
    const closed = await startTestApi({ API_KEYS: `ops:${key}` });
    const headers = { authorization: `Bearer ${key}` };
    await campaignWithRows(closed, 'autumn', { headers });
    const uploaded = await closed.call('GET', `${PATH}/autumn`, undefined, headers);
    expect(uploaded.body).toMatchObject({ state: 'ready', by: 'ops' });
    const post = (step: string, body?: unknown) =>
      closed.call('POST', `${PATH}/autumn/${step}`, body, headers);
    await post('start');
    expect((await post('pause', { reason: 'typo' })).body).toMatchObject({
      state: 'paused',
      reason: 'typo',
      by: 'ops',
    });
    expect(await closed.call('POST', `${PATH}/autumn/cancel`)).toMatchObject({ status: 401 });
  });

  test('that stop something are not held up by how often others ask', async () => {
    const strict = await startTestApi({ API_REQUESTS_PER_MINUTE: '3' });
    await campaignWithRows(strict, 'autumn');
    const post = (step: string) => strict.call('POST', `${PATH}/autumn/${step}`);
    await post('start');
    expect(await post('start')).toMatchObject({ status: 429 });
    expect(await post('pause')).toMatchObject({ status: 200 });
    expect(await post('cancel')).toMatchObject({ status: 200 });
  });
});
