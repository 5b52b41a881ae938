import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { foreignOrigin, type OriginRules } from '#product/http/requestOrigin.js';
import type { World } from '../state.js';
import type { Channel, Connection } from './channel.js';

const PATH = /^\/channels\/([\w-]+)$/;

/** Where a channel's socket is opened, as `connectUri` names it. */
export function connectUri(host: string, { id }: Channel): string {
  return `ws://${host}/channels/${id}`;
}

const metadata = (message: string): object => ({
  topicName: 'channel.metadata',
  eventBody: { message },
});

/**
 * Serves the sockets of the channels. They are no platform requests: no token, no rate limit; who
 * knows the address may connect, as on the platform.
 *
 * @returns closes every socket at once.
 */
export function serveSockets(server: Server, world: World, rules: OriginRules): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 64_000 });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const id = PATH.exec(request.url ?? '')?.[1] ?? '';
    const channel = world.notifications.channel(id);
    const foreign = foreignOrigin(request, rules);
    if (foreign !== undefined || channel === undefined) {
      const status = foreign === undefined ? '404 Not Found' : '403 Forbidden';
      stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => open(world, channel, socket));
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

function open(world: World, channel: Channel, socket: WebSocket): void {
  const connection: Connection = {
    send: (message) => socket.send(JSON.stringify(message)),
    close: (reason, abrupt) => (abrupt ? socket.terminate() : socket.close(1001, reason)),
  };
  channel.connect(connection, world.now());
  const closing = world.faults.takeBehaviour('socket-closes');
  channel.frozen = world.faults.takeBehaviour('socket-frozen') !== null;
  const closeTimer =
    closing === null
      ? undefined
      : setTimeout(
          () => connection.close('closed by a fault', closing.abrupt),
          closing.seconds * 1000,
        );
  const heartbeat = setInterval(
    () => channel.send(metadata('WebSocket Heartbeat')),
    world.settings.heartbeatSeconds * 1000,
  );
  socket.on('message', (data) => {
    if (isPing(String(data))) channel.send(metadata('pong'));
    // What else may be sent is not documented; a client that sends it learns so at once.
    else socket.close(1003, 'only {"message":"ping"} is understood');
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    clearInterval(heartbeat);
    clearTimeout(closeTimer);
    channel.disconnected(connection);
    world.notifications.changed();
  });
  world.notifications.changed();
}

function isPing(text: string): boolean {
  try {
    const message: unknown = JSON.parse(text);
    return (
      typeof message === 'object' &&
      message !== null &&
      'message' in message &&
      message.message === 'ping'
    );
  } catch {
    return false;
  }
}
