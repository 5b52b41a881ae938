import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/**
 * A way to Redis that can go silent, as a firewall does that has forgotten its connections: what is
 * open stays open and carries nothing any more, and what is opened anew works.
 */
export interface SilencingProxy {
  url: string;
  silence(): void;
  close(): Promise<void>;
}

export async function startSilencingProxy(target: string): Promise<SilencingProxy> {
  const { hostname, port } = new URL(target);
  const pairs = new Set<[Socket, Socket]>();
  const server = createServer((client) => {
    const redis = dial(Number(port), hostname);
    const pair: [Socket, Socket] = [client, redis];
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        for (const end of pair) end.destroy();
      });
    }
    client.pipe(redis);
    redis.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    silence() {
      for (const [client, redis] of pairs) {
        client.unpipe(redis);
        redis.unpipe(client);
        client.resume();
        redis.resume();
      }
    },
    async close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
