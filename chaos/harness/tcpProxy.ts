import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/**
 * - `passes`: carries everything.
 * - `black_hole`: what is open stays open and carries nothing, what is opened anew is taken and carries nothing.
 * - `half_open`: what is open carries requests and no answers; what is opened anew works.
 * - `forgotten`: what is open carries nothing, as behind a firewall that has forgotten it; what is opened anew works.
 */
export type ProxyMode = 'passes' | 'black_hole' | 'half_open' | 'forgotten';

/** A way to a server on this machine that can go wrong as networks do: without a word. */
export interface TcpProxy {
  port: number;
  /** For what is open now, and for what is opened from now on. */
  turn(mode: ProxyMode): void;
  close(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let mode: ProxyMode = 'passes';
  const server = createServer((near) => {
    const far = dial(targetPort, '127.0.0.1');
    const pair = { near, far };
    pairs.add(pair);
    near.setNoDelay(true);
    far.setNoDelay(true);
    for (const socket of [near, far]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
    if (mode === 'black_hole') swallow(pair, 'both');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    turn(next) {
      mode = next;
      if (next === 'passes') {
        // Nothing that was swallowed comes back: such a connection is of no more use.
        return;
      }
      for (const pair of pairs) swallow(pair, next === 'half_open' ? 'answers' : 'both');
    },
    async close() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads on, so that the other side notices nothing, and passes nothing on. */
function swallow({ near, far }: Pair, what: 'both' | 'answers'): void {
  far.unpipe(near);
  far.resume();
  if (what === 'answers') return;
  near.unpipe(far);
  near.resume();
}
