import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { startTcpProxy, type TcpProxy } from '../../chaos/harness/tcpProxy.js';

const opened: { server?: Server; proxy?: TcpProxy; sockets: Socket[] } = { sockets: [] };

afterEach(async () => {
  for (const socket of opened.sockets.splice(0)) socket.destroy();
  await opened.proxy?.close();
  opened.server?.close();
});

/** A server that answers each text with itself, and what it got. */
async function echo(): Promise<{ proxy: TcpProxy; got: string[] }> {
  const got: string[] = [];
  const server = createServer((socket) => {
    opened.sockets.push(socket);
    socket.on('data', (data) => {
      got.push(String(data));
      socket.write(data);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await startTcpProxy((server.address() as AddressInfo).port);
  opened.server = server;
  opened.proxy = proxy;
  return { proxy, got };
}

async function dial({ port }: TcpProxy): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  opened.sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [data] = (await once(socket, 'data')) as [Buffer];
  return String(data);
}

describe('the proxy of chaos', () => {
  test('carries everything once on what was opened while others were half open, also when that is over', async () => {
    const { proxy, got } = await echo();
    proxy.turn('half_open');
    const socket = await dial(proxy);
    expect(await ask(socket, 'one')).toBe('one');
    proxy.turn('passes');
    expect(await ask(socket, 'two')).toBe('two');
    proxy.turn('passes');
    expect(await ask(socket, 'three')).toBe('three');
    expect(got).toEqual(['one', 'two', 'three']);
  });

  test('carries what was sent into a black hole once it is over', async () => {
    const { proxy, got } = await echo();
    const before = await dial(proxy);
    expect(await ask(before, 'one')).toBe('one');
    proxy.turn('black_hole');
    const answer = ask(before, 'two');
    const after = await dial(proxy);
    const other = ask(after, 'three');
    proxy.turn('passes');
    expect(await answer).toBe('two');
    expect(await other).toBe('three');
    expect([...got].sort()).toEqual(['one', 'three', 'two']);
  });

  test('carries commands and no answers on what is half open, for ever', async () => {
    const { proxy, got } = await echo();
    const deaf = await dial(proxy);
    expect(await ask(deaf, 'one')).toBe('one');
    proxy.turn('half_open');
    let answers = 0;
    deaf.on('data', () => {
      answers += 1;
    });
    deaf.write('two');
    proxy.turn('passes');
    const fresh = await dial(proxy);
    expect(await ask(fresh, 'three')).toBe('three');
    while (!got.includes('two')) await ask(fresh, 'again');
    expect(answers).toBe(0);
  });
});
