import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';

const SCRIPT = fileURLToPath(new URL('../../scripts/healthcheck.mjs', import.meta.url));
const open: Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close().closeAllConnections();
});

/** A part of a role: answers `path` with 200 and everything else with 503. */
async function part(path: string): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === path ? 200 : 503).end('because');
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return String((server.address() as AddressInfo).port);
}

/** A port on which nothing listens any more. */
async function freePort(): Promise<string> {
  const port = await part('/');
  await new Promise((resolve) => open.pop()?.close(resolve));
  return port;
}

function check(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; out: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [SCRIPT, ...args], { env }, (_error, out) =>
      resolve({ code: child.exitCode ?? -1, out }),
    );
  });
}

describe('the health check of a container', () => {
  test('is content when the one part that listens lives', async () => {
    const [alive, closed] = [await part('/healthz'), await freePort()];
    expect(await check({ API_PORT: alive, HEALTH_PORT: closed })).toMatchObject({ code: 0 });
    expect(await check({ API_PORT: closed, HEALTH_PORT: alive })).toMatchObject({ code: 0 });
  });

  test('is not when nothing listens, or one of two parts is ill, and says which', async () => {
    const [alive, ill, closed] = [await part('/healthz'), await part('/'), await freePort()];
    expect(await check({ API_PORT: closed })).toMatchObject({ code: 1 });
    const both = await check({ API_PORT: alive, HEALTH_PORT: ill });
    expect(both).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${ill}/healthz: 503 because`),
    });
  });

  test('asks the sandbox where neither api nor worker listens, and nowhere else', async () => {
    const [sandbox, ill] = [await part('/_sandbox/'), await part('/')];
    const closed = { API_PORT: await freePort() };
    const lastResort = ['/healthz', `${sandbox}/_sandbox/`];
    expect(await check(closed, ...lastResort)).toMatchObject({ code: 0 });
    expect(await check({ API_PORT: ill }, ...lastResort)).toMatchObject({ code: 1 });
    expect(await check(closed, '/healthz', `${ill}/_sandbox/`)).toMatchObject({ code: 1 });
    expect(await check(closed, '/healthz', `${await freePort()}/`)).toMatchObject({ code: 1 });
  });

  test('asks for readiness where that is the path', async () => {
    const ready = await part('/readyz');
    expect(await check({ API_PORT: ready }, '/readyz')).toMatchObject({ code: 0 });
    expect(await check({ API_PORT: ready })).toMatchObject({ code: 1 });
  });
});
