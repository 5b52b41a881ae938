import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';

/**
 * - `passes`: carries everything.
 * - `black_hole`: nothing gets through, on connections that are open and on new ones. What was sent into it arrives when it is over, as
 *   TCP sends again what was lost: even if its sender has given up meanwhile.
 * - `half_open`: what is open carries requests and, for ever, no answers; what is opened anew works.
 */
export type ProxyMode = 'passes' | 'black_hole' | 'half_open';

/** A way to a server on this machine that can go wrong as networks do: without a word. */
export interface TcpProxy {
  port: number;
  /** For what is open now, and for what is opened from now on. */
  turn(mode: ProxyMode): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let mode: ProxyMode = 'passes';
  const server = createServer(
    { allowHalfOpen: true, noDelay: true, pauseOnConnect: true },
    (near) => {
      const pair = new Pair(near, targetPort, () => pairs.delete(pair));
      pairs.add(pair);
      if (mode !== 'black_hole') pair.carry();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    turn(next) {
      mode = next;
      for (const pair of pairs) {
        if (next === 'passes') pair.carry();
        else if (next === 'black_hole') pair.hold();
        else pair.swallowAnswers();
      }
    },
    async close() {
      for (const pair of pairs) pair.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A connection from one side and the one to the other. */
class Pair {
  readonly #near: Socket;
  readonly #targetPort: number;
  readonly #onClose: () => void;
  #far: Socket | undefined;
  #isCarrying = false;
  #isDeaf = false;

  constructor(near: Socket, targetPort: number, onClose: () => void) {
    this.#near = near;
    this.#targetPort = targetPort;
    this.#onClose = onClose;
    this.#watch(near);
  }

  /** Safe to repeat: a way that is laid twice would carry everything twice. */
  carry(): void {
    if (this.#isDeaf || this.#isCarrying) return;
    this.#isCarrying = true;
    this.#far ??= this.#dial();
    this.#near.pipe(this.#far);
    this.#far.pipe(this.#near);
  }

  hold(): void {
    this.#isCarrying = false;
    this.#near.unpipe();
    this.#near.pause();
    this.#far?.unpipe();
    this.#far?.pause();
  }

  swallowAnswers(): void {
    this.#isDeaf = true;
    this.#far?.unpipe();
    this.#far?.resume();
  }

  destroy(): void {
    this.#near.destroy();
    this.#far?.destroy();
    this.#onClose();
  }

  #dial(): Socket {
    const far = dial({
      port: this.#targetPort,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
    });
    this.#watch(far);
    return far;
  }

  #watch(socket: Socket): void {
    socket.on('error', () => this.destroy());
    socket.on('close', () => this.destroy());
  }
}
