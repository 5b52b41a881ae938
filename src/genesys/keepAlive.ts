import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { afterTimeAwake } from '../redis/timeAwake.js';

/**
 * Keep-alive connections with two properties the stock agents lack.
 *
 * A request is given its socket only when the connection stands, TLS handshake and certificate
 * check included. So the request's `socket` event is the exact border between "surely nothing was
 * written" and "perhaps something was"; no reading of error codes is needed to tell them apart. The
 * stock agent hands over a socket that is still connecting, with the request already buffered in it.
 *
 * A socket is judged at the moment it would be reused, by when it fell idle. The agent's own idle
 * timer is not enough: in a process that was frozen it fires late, and a request written to a
 * connection the server has closed meanwhile is lost in a way that leaves its fate unknown.
 */
export interface Connections {
  httpAgent: http.Agent;
  httpsAgent: https.Agent;
  /** Closes pooled sockets idle for longer, so that the next request does not get one of them. */
  dropIdle(longerThanMs: number): void;
  close(): void;
}

/**
 * A silent connection is probed after this. axios sets the same for each request; Node makes the system
 * call only where the value differs from the one before.
 */
const PROBE_AFTER_MS = 60_000;

type Handover = (error: Error | null, socket?: Duplex) => void;

interface ConnectionSettings {
  connectTimeoutMs: number;
  /** When a pooled socket is closed if it is not used. */
  idleTimeoutMs: number;
  /** PEM certificates to trust in place of the built-in ones. */
  ca?: string;
}

export function createConnections(settings: ConnectionSettings): Connections {
  const connecting = new Set<net.Socket>();
  const idleSince = new WeakMap<Duplex, number>();

  /**
   * The agent never sees a socket before it is connected, so cleaning up an attempt that fails,
   * takes too long, or is overtaken by `close` is done here.
   */
  function handOverWhen(
    event: 'connect' | 'secureConnect',
    socket: net.Socket,
    done: Handover,
  ): void {
    connecting.add(socket);
    const timer = afterTimeAwake(settings.connectTimeoutMs, () => {
      socket.destroy(Object.assign(new Error('connect timed out'), { code: 'ETIMEDOUT' }));
    });
    const settle = (error: Error | null): void => {
      timer.cancel();
      connecting.delete(socket);
      socket.off(event, onConnected);
      socket.off('error', onError);
      socket.off('close', onClose);
      if (error === null) done(null, socket);
      else done(error);
    };
    const onConnected = (): void => settle(null);
    const onError = (error: Error): void => settle(error);
    const onClose = (): void =>
      settle(Object.assign(new Error('closed while connecting'), { code: 'ECONNABORTED' }));
    socket.on(event, onConnected);
    socket.on('error', onError);
    socket.on('close', onClose);
    // Emitted by the HTTP client each time a request is done with the socket.
    socket.on('free', () => idleSince.set(socket, Date.now()));
  }

  class ConnectedHttpAgent extends http.Agent {
    override createConnection(options: http.ClientRequestArgs, done: Handover): null {
      const socket = super.createConnection(options);
      if (!(socket instanceof net.Socket)) throw new Error('http.Agent made no socket');
      handOverWhen('connect', socket, done);
      return null;
    }
  }

  class ConnectedHttpsAgent extends https.Agent {
    override createConnection(options: https.RequestOptions, done: Handover): null {
      const socket = super.createConnection(options);
      if (!(socket instanceof net.Socket)) throw new Error('https.Agent made no socket');
      handOverWhen('secureConnect', socket, done);
      return null;
    }
  }

  const pooling = {
    keepAlive: true,
    keepAliveMsecs: PROBE_AFTER_MS,
    timeout: settings.idleTimeoutMs,
  };
  const httpAgent = new ConnectedHttpAgent(pooling);
  const httpsAgent = new ConnectedHttpsAgent(
    settings.ca === undefined ? pooling : { ...pooling, ca: settings.ca },
  );

  return {
    httpAgent,
    httpsAgent,
    dropIdle(longerThanMs) {
      const now = Date.now();
      for (const agent of [httpAgent, httpsAgent]) {
        for (const sockets of Object.values(agent.freeSockets)) {
          for (const socket of sockets ?? []) {
            const idle = now - (idleSince.get(socket) ?? 0);
            // A negative age means the clock was set back: the true age is unknown.
            if (idle > longerThanMs || idle < 0) socket.destroy();
          }
        }
      }
    },
    close() {
      for (const socket of connecting) socket.destroy();
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
