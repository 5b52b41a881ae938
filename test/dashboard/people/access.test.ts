import { describe, expect, test } from '@jest/globals';
import { type FastifyInstance, fastify } from 'fastify';
import { allow, operatorsChange, refuseByRole } from '../../../src/dashboard/people/access.js';
import { may, ROLES, type Role } from '../../../src/people/role.js';

/** Routes for each role, asked by a person whose role the request names. */
async function consoleFor(routes: (app: FastifyInstance) => void): Promise<FastifyInstance> {
  const app = fastify();
  app.addHook('onRequest', async (request) => {
    const role = request.headers['x-role'];
    if (role !== undefined) request.person = { name: 'ann', role: role as Role };
  });
  refuseByRole(app);
  routes(app);
  await app.ready();
  return app;
}

async function statuses(app: FastifyInstance, method: 'GET' | 'POST', url: string) {
  const asked = [...ROLES, undefined].map((role) =>
    app.inject({ method, url, headers: role === undefined ? {} : { 'x-role': role } }),
  );
  return (await Promise.all(asked)).map(({ statusCode }) => statusCode);
}

describe('a route of the console', () => {
  test('is open to people of its role and of those above it, and to everyone without a login', async () => {
    const app = await consoleFor((scope) => {
      scope.get('/see', async () => 'seen');
      scope.post('/prepare', allow('editor'), async () => 'prepared');
      scope.post('/stop', allow('operator'), async () => 'stopped');
    });
    expect(await statuses(app, 'GET', '/see')).toEqual([200, 200, 200, 200]);
    expect(await statuses(app, 'POST', '/prepare')).toEqual([403, 200, 200, 200]);
    expect(await statuses(app, 'POST', '/stop')).toEqual([403, 403, 200, 200]);
  });

  test('that is no plain read and names no role does not start', async () => {
    const start = consoleFor((scope) => scope.post('/stop', async () => 'stopped'));
    await expect(start).rejects.toThrow('POST /stop names no role: register it with allow()');
  });

  test('says to a browser in a page which role it takes and who asked, and runs nothing', async () => {
    let ran = false;
    const app = await consoleFor((scope) =>
      scope.post('/stop', allow('operator'), async () => {
        ran = true;
      }),
    );
    const headers = { 'x-role': 'viewer', accept: 'text/html' };
    const { statusCode, body } = await app.inject({ method: 'POST', url: '/stop', headers });
    expect(statusCode).toBe(403);
    expect(body).toContain('This needs the role operator. ann has the role viewer.');
    expect(ran).toBe(false);
  });

  test('of a library is for operators where it changes something, and for all where it reads', async () => {
    const board = fastify();
    board.addHook('onRequest', async (request) => {
      request.person = { name: 'ann', role: request.headers['x-role'] as Role };
    });
    operatorsChange(board);
    refuseByRole(board);
    board.get('/jobs', async () => 'jobs');
    board.post('/jobs', async () => 'added');
    expect((await statuses(board, 'GET', '/jobs')).slice(0, 3)).toEqual([200, 200, 200]);
    expect((await statuses(board, 'POST', '/jobs')).slice(0, 3)).toEqual([403, 403, 200]);
  });
});

test('each role may do what those before it may', () => {
  const table = ROLES.map((role) => ROLES.map((needed) => may({ name: 'ann', role }, needed)));
  expect(table).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});
