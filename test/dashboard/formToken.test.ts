import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FastifyReply, fastify } from 'fastify';
import { type FormOutcome, FormTokens } from '../../src/dashboard/page/formToken.js';
import { NotificationProducer } from '../../src/queue/producer.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../support/redis.js';

describe('a form that does its work once', () => {
  const prefix = freshPrefix();
  const producer = new NotificationProducer({ redisUrl: testRedisUrl(), prefix });
  const tokens = new FormTokens(producer.store.redis, prefix);
  const app = fastify();
  let done: number;
  let work: (reply: FastifyReply) => Promise<FormOutcome>;

  beforeAll(async () => {
    app.addContentTypeParser<string>(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, next) => next(null, new URLSearchParams(body)),
    );
    app.post<{ Body: URLSearchParams | undefined }>('/do', (request, reply) =>
      tokens.once(request, reply, () => {
        done += 1;
        return work(reply);
      }),
    );
    await app.ready();
  });
  beforeEach(() => {
    done = 0;
    work = async () => ({ kind: 'done', location: '/done' });
  });
  afterAll(async () => {
    await app.close();
    await producer.close();
    await flushPrefix(prefix);
  });

  function send(token: string) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return app.inject({ method: 'POST', url: '/do', headers, payload: `once=${token}` });
  }

  function drawn(): string {
    return /value="([^"]+)"/.exec(tokens.field().text)?.[1] ?? '';
  }

  test('a double click leads both clicks to what the first one did', async () => {
    const token = drawn();
    const answers = await Promise.all([send(token), send(token), send(token)]);
    expect(answers.map(({ statusCode, headers }) => [statusCode, headers.location])).toEqual(
      Array(3).fill([303, '/done']),
    );
    expect(done).toBe(1);
  });

  test('a form that was refused may be corrected and sent again', async () => {
    const token = drawn();
    work = async (reply) => {
      await reply.code(409).send('too few');
      return { kind: 'refused' };
    };
    expect((await send(token)).body).toBe('too few');
    work = async () => ({ kind: 'done', location: '/done' });
    expect((await send(token)).statusCode).toBe(303);
  });

  test('after a first click that died, a repeat does nothing and says that it is not known', async () => {
    const token = drawn();
    work = () => Promise.reject(new Error('the process dies here'));
    expect((await send(token)).statusCode).toBe(500);
    const repeat = await send(token);
    expect(repeat.statusCode).toBe(409);
    expect(repeat.body).toContain('not known yet what came of it');
    expect(done).toBe(1);
  });

  test('a form without a token, or with one of another kind, does nothing', async () => {
    for (const token of ['', 'short', `${drawn()}${drawn()}`, '../../../../../../../x']) {
      expect((await send(token)).statusCode).toBe(409);
    }
    expect(done).toBe(0);
  });
});
