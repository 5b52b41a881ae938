import https from 'node:https';
import net from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CallContext } from '../../src/genesys/callContext.js';
import { httpAdapter } from '../../src/genesys/httpAdapter.js';
import { type Connections, createConnections } from '../../src/genesys/keepAlive.js';
import { CERTIFICATE, PRIVATE_KEY } from './support/certificate.js';
import { GO, LANE, startClient, type TestClient, WEB_MESSAGE } from './support/client.js';
import { json, type Platform, startPlatform } from './support/platform.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('connections', () => {
  let platform: Platform;
  let genesys: TestClient;

  async function start(options: { keepAliveTimeoutMs?: number } = {}): Promise<void> {
    platform = await startPlatform(options);
    platform.handler = (_request, response) => json(response, 200, { id: 'm1' });
    genesys = await startClient({ baseUrl: platform.url });
  }

  afterEach(async () => {
    await genesys.client.close();
    await platform.close();
  });

  const read = () => genesys.client.getMessageDetails('m1', LANE);
  const send = () => genesys.client.sendAgentlessMessage(WEB_MESSAGE, GO, LANE);

  test('are kept for login, reads and sends alike', async () => {
    await start();
    await read();
    await send();
    await read();
    expect(platform.connections()).toBe(1);
  });

  test('idle over 2 s are not used for a send, but still for a read', async () => {
    await start();
    await read();
    await pause(2_100);
    await read();
    expect(platform.connections()).toBe(1);
    await pause(2_100);
    await send();
    expect(platform.connections()).toBe(2);
  });

  test('idle too long in a process that was frozen are not used either', async () => {
    await start();
    await read();
    // No timer can fire while the event loop is blocked, as when the process is stopped.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_100);
    expect(await send()).toMatchObject({ ok: true });
    expect(platform.connections()).toBe(2);
  });

  test('closed by the server when idle cost no send its answer', async () => {
    await start({ keepAliveTimeoutMs: 2_100 });
    for (const idle of [0, 2_095, 2_105]) {
      await pause(idle);
      expect(await send()).toMatchObject({ ok: true });
    }
  });

  test('are all closed with the client', async () => {
    await start();
    await Promise.all([read(), read(), send()]);
    await genesys.client.close();
    await platform.close();
    const sockets = () => process.getActiveResourcesInfo().filter((name) => /TCP|TLS/.test(name));
    const patience = Date.now() + 2_000;
    while (sockets().length > 0 && Date.now() < patience) await pause(5);
    expect(sockets()).toEqual([]);
  });
});

describe('a TLS connection', () => {
  const settings = { connectTimeoutMs: 2_000, idleTimeoutMs: 10_000, ca: CERTIFICATE };
  let server: https.Server;
  let port: number;
  let requests: number;
  let handshakes: number;
  let connections: Connections;

  beforeEach(async () => {
    requests = 0;
    handshakes = 0;
    server = https.createServer({ key: PRIVATE_KEY, cert: CERTIFICATE }, (_request, response) => {
      requests += 1;
      response.end('{}');
    });
    server.on('secureConnection', () => {
      handshakes += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = portOf(server);
    connections = createConnections(settings);
  });

  afterEach(async () => {
    connections.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function portOf(listening: net.Server): number {
    const address = listening.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  /** Performs a request on the wire; resolves with its status or rejects with its error. */
  function perform(exchange: CallContext, toPort: number): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const request = httpAdapter(exchange, connections).request(
        { protocol: 'https:', host: '127.0.0.1', port: toPort, agent: connections.httpsAgent },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode));
        },
      );
      request.on('error', reject);
      request.end();
    });
  }

  function exchangeFor(): CallContext {
    return new CallContext('agentless-message', { options: LANE, deadlineMs: 5_000 });
  }

  test('counts as connected once the certificate is accepted, and is used again', async () => {
    for (let i = 0; i < 3; i += 1) {
      const exchange = exchangeFor();
      expect(await perform(exchange, port)).toBe(200);
      expect(exchange.connected).toBe(true);
      exchange.settle();
    }
    expect(handshakes).toBe(1);
  });

  test('that stands only after sendBy carries no request', async () => {
    // A relay that lets the handshake through on request.
    let letThrough: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    const relay = net.createServer(async (socket) => {
      socket.on('error', () => undefined);
      await held;
      const onward = net.connect(port, '127.0.0.1');
      onward.on('error', () => undefined);
      socket.pipe(onward).pipe(socket);
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    const exchange = exchangeFor();
    const sendBy = Date.now() + 50;
    exchange.allowUntil(sendBy);
    const performing = perform(exchange, portOf(relay));
    setTimeout(letThrough, 80);
    await expect(performing).rejects.toThrow('too late to write');
    exchange.settle();
    expect(exchange.withheld).toBe(true);
    expect(exchange.connected).toBe(false);
    expect(requests).toBe(0);
    relay.close();
  });

  test('under way is given up when the connections are closed', async () => {
    const sockets: net.Socket[] = [];
    let accepted: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      accepted = resolve;
    });
    const silent = net.createServer((socket) => {
      sockets.push(socket);
      accepted();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const exchange = exchangeFor();
    const performing = expect(perform(exchange, portOf(silent))).rejects.toMatchObject({
      code: 'ECONNABORTED',
    });
    await reached;
    connections.close();
    await performing;
    exchange.settle();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  test('that takes too long is given up as not connected', async () => {
    connections = createConnections({ ...settings, connectTimeoutMs: 100 });
    const sockets: net.Socket[] = [];
    const silent = net.createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const exchange = exchangeFor();
    await expect(perform(exchange, portOf(silent))).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    exchange.settle();
    expect(exchange.connected).toBe(false);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});
