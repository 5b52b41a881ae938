import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Channel } from '../notifications/channel.js';
import type { World } from '../state.js';
import { ControlError, checked } from './input.js';

const timeoutMs = z.coerce.number().int().min(0).max(120_000).default(5000);

const listQuery = z.strictObject({
  /** Answer only once so many channels listen (a topic and an open socket), or after `timeoutMs`. */
  listening: z.coerce.number().int().min(0).default(0),
  /** Answer only once so many events were raised, or after `timeoutMs`. */
  events: z.coerce.number().int().min(0).default(0),
  timeoutMs,
});

const actSchema = z.strictObject({
  /** All channels when left out. */
  channelId: z.string().min(1).optional(),
  do: z.enum(['close', 'cut', 'freeze', 'thaw', 'warn', 'expire']),
});

type Action = z.output<typeof actSchema>['do'];

/** Genesys: sent about a minute before the service closes a socket for maintenance. */
const CLOSING_SOON = {
  topicName: 'v2.system.socket_closing',
  eventBody: { message: 'Your websocket connection will be closing in 60 seconds.' },
};

/** Does something to one channel, or all of them. */
function actOnChannels({ notifications }: World, action: Action, channelId?: string): void {
  const channels = notifications
    .channels()
    .filter(({ id }) => channelId === undefined || id === channelId);
  for (const channel of channels) act(channel, action);
}

function act(channel: Channel, action: Action): void {
  switch (action) {
    case 'close':
      channel.disconnect('closed on demand');
      return;
    case 'cut':
      channel.disconnect('', true);
      return;
    case 'freeze':
    case 'thaw':
      channel.frozen = action === 'freeze';
      return;
    case 'warn':
      channel.send(CLOSING_SOON);
      return;
    case 'expire':
      channel.end('channel expired');
      return;
    default:
      throw new Error(`unhandled action ${action satisfies never}`);
  }
}

function view({ id, client, topics, connected, frozen, expiresAt }: Channel): object {
  return { id, client, topics: [...topics], connected, frozen, expiresAt };
}

export function channelControls(app: FastifyInstance, world: World): void {
  const { notifications } = world;
  app.get('/channels', async ({ query }) => {
    const asked = checked(listQuery, query);
    const reached =
      (await notifications.waitForListening(asked.listening, asked.timeoutMs)) &&
      (await notifications.waitForEvents(asked.events, asked.timeoutMs));
    return {
      reached,
      channels: notifications.channels().map(view),
      events: notifications.events(),
    };
  });
  app.post('/channels', ({ body }, reply) => {
    const { channelId, do: action } = checked(actSchema, body);
    if (channelId !== undefined && notifications.channel(channelId) === undefined) {
      throw new ControlError(404, 'no such channel');
    }
    actOnChannels(world, action, channelId);
    return reply.code(204).send();
  });
}
