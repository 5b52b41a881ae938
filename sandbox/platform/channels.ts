import { z } from 'zod';
import { type Answer, accepted, badRequest, notFound, parseBody } from '../answer.js';
import type { Channel } from '../notifications/channel.js';
import { undeliveredTopic } from '../notifications/notifications.js';
import { connectUri } from '../notifications/sockets.js';
import { missingPermissions } from '../operation.js';
import type { World } from '../state.js';
import type { Call } from './call.js';

/** What the topic needs is not published where we could read it: a guess, named so in the 403. */
const TOPIC_PERMISSION = 'conversation:webmessaging:view';

const TOPICS_PER_CHANNEL = 1000;

const createSchema = z.strictObject({}).nullish();

/** Genesys: GET /notifications/channels; `oauthclient` shows the channels of other tokens as well. */
const listSchema = z.strictObject({
  includechannels: z.enum(['token', 'oauthclient']).default('token'),
});

/** Only `id` may be written: the platform adds the state. */
const topicsSchema = z
  .array(z.strictObject({ id: z.string().min(1).max(256) }))
  .max(TOPICS_PER_CHANNEL, `must hold at most ${TOPICS_PER_CHANNEL} topics`);

const ignoreErrorsSchema = z.strictObject({
  ignoreErrors: z.enum(['true', 'false']).default('false'),
});

/** Genesys: Channel. */
function channelView(host: string, channel: Channel): object {
  const expires = new Date(channel.expiresAt).toISOString();
  return { id: channel.id, connectUri: connectUri(host, channel), expires };
}

/** Genesys: POST /notifications/channels. */
export function createChannel(world: World, { body, client, host }: Call): Answer {
  const parsed = parseBody(createSchema, body);
  if (!parsed.ok) return parsed.refusal;
  return accepted(channelView(host, world.notifications.create(client)));
}

export function listChannels(world: World, { client, host, query }: Call): Answer {
  const parsed = parseBody(listSchema, query);
  if (!parsed.ok) return parsed.refusal;
  const channels = world.notifications.channels(client);
  return accepted({ entities: channels.map((channel) => channelView(host, channel)) });
}

interface Topic {
  id: string;
  state: 'Permitted' | 'Rejected';
  rejectionReason?: string;
  missingPermissions?: string[];
}

function judged(world: World, id: string): Topic {
  const { permissions, deploymentId } = world.settings;
  if (id !== undeliveredTopic(deploymentId)) {
    return { id, state: 'Rejected', rejectionReason: 'The topic does not exist.' };
  }
  if (permissions !== null && !permissions.includes(TOPIC_PERMISSION)) {
    return {
      id,
      state: 'Rejected',
      rejectionReason: 'You are missing permissions.',
      missingPermissions: [TOPIC_PERMISSION],
    };
  }
  return { id, state: 'Permitted' };
}

const listing = (topics: readonly Topic[]): Answer => accepted({ entities: topics });

const permitted = (channel: Channel): Topic[] =>
  [...channel.topics].map((id) => ({ id, state: 'Permitted' }));

/** A channel of another client is not found. */
function ownChannel(world: World, { id, client }: Call): Channel | undefined {
  const channel = world.notifications.channel(id);
  return channel?.client === client ? channel : undefined;
}

const NO_CHANNEL = 'The channel was not found.';

/**
 * Genesys: a topic that is not permitted fails the request and changes nothing; with `ignoreErrors` it
 * is listed as rejected beside the ones that are.
 */
function subscribe(world: World, call: Call, replace: boolean): Answer {
  const asked = parseBody(ignoreErrorsSchema, call.query);
  if (!asked.ok) return asked.refusal;
  const parsed = parseBody(topicsSchema, call.body);
  if (!parsed.ok) return parsed.refusal;
  const channel = ownChannel(world, call);
  if (channel === undefined) return notFound(NO_CHANNEL);

  const topics = parsed.value.map(({ id }) => judged(world, id));
  const rejected = topics.filter(({ state }) => state === 'Rejected');
  if (asked.value.ignoreErrors === 'false') {
    const missing = rejected.flatMap((topic) => topic.missingPermissions ?? []);
    if (missing.length > 0) return missingPermissions('all', missing);
    if (rejected.length > 0) return badRequest('A topic does not exist.', 'id');
  }
  const kept = replace ? [] : [...channel.topics];
  const added = topics.flatMap(({ id, state }) => (state === 'Permitted' ? [id] : []));
  const all = new Set([...kept, ...added]);
  if (all.size > TOPICS_PER_CHANNEL) {
    return badRequest(`A channel has at most ${TOPICS_PER_CHANNEL} topics.`);
  }
  channel.topics.clear();
  for (const topic of all) channel.topics.add(topic);
  world.notifications.renew(channel);
  return listing([...permitted(channel), ...rejected]);
}

/** Genesys: PUT …/subscriptions. What is not in the list is no longer subscribed to. */
export function replaceSubscriptions(world: World, call: Call): Answer {
  return subscribe(world, call, true);
}

/** Genesys: POST …/subscriptions adds to the list. */
export function addSubscriptions(world: World, call: Call): Answer {
  return subscribe(world, call, false);
}

export function listSubscriptions(world: World, call: Call): Answer {
  const channel = ownChannel(world, call);
  return channel === undefined ? notFound(NO_CHANNEL) : listing(permitted(channel));
}

export function deleteSubscriptions(world: World, call: Call): Answer {
  const channel = ownChannel(world, call);
  if (channel === undefined) return notFound(NO_CHANNEL);
  channel.topics.clear();
  return accepted({}, 204);
}
