import { randomUUID } from 'node:crypto';
import type { Faults } from '../faults.js';
import type { Conversation, Message } from '../population/population.js';
import { Latch, Ring } from '../requestLog.js';
import type { Settings } from '../settings.js';
import { Channel } from './channel.js';

/** Genesys: "There is a limit of 20 channels per user/app combination." */
const CHANNELS_PER_CLIENT = 20;

/** An event that was raised, whether a channel heard it or not. Holds no text of any message. */
export interface RaisedEvent {
  at: number;
  topic: string;
  conversationId: string;
  messageId: string;
  /** How many sockets it went out on. */
  heardBy: number;
}

interface Surroundings {
  settings: Settings;
  faults: Faults;
  now: () => number;
  recordLimit: number;
}

export function undeliveredTopic(deploymentId: string): string {
  return `v2.webmessaging.deployments.${deploymentId}.undelivered.messages`;
}

/** The notification service: channels, who listens on them, and what is raised. */
export class Notifications {
  readonly #channels = new Map<string, Channel>();
  readonly #events: Ring<RaisedEvent>;
  readonly #latch = new Latch();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(private readonly around: Surroundings) {
    this.#events = new Ring(around.recordLimit);
  }

  /**
   * Genesys: "Creating a 21st channel will remove the channel with oldest last used date. Channels
   * without an active connection will be removed first."
   */
  create(client: string): Channel {
    const own = this.channels(client);
    if (own.length >= CHANNELS_PER_CLIENT) {
      const [first] = own.sort(
        (a, b) => Number(a.connected) - Number(b.connected) || a.usedAt - b.usedAt,
      );
      first?.end('removed for a newer channel');
    }
    const channel = new Channel(`streaming-0-${randomUUID().replaceAll('-', '')}`, client, () => {
      this.#channels.delete(channel.id);
      this.#latch.notify();
    });
    this.#channels.set(channel.id, channel);
    this.renew(channel);
    return channel;
  }

  renew(channel: Channel): void {
    channel.renew(this.around.now(), this.around.settings.channelLifetimeSeconds);
    this.#latch.notify();
  }

  /** Undefined when there is none, or its time has passed. */
  channel(id: string): Channel | undefined {
    return this.channels().find((channel) => channel.id === id);
  }

  channels(client?: string): Channel[] {
    const now = this.around.now();
    for (const channel of this.#channels.values()) {
      if (channel.expiresAt <= now) channel.end('channel expired');
    }
    const all = [...this.#channels.values()];
    return client === undefined ? all : all.filter((channel) => channel.client === client);
  }

  /** To be called when a socket was opened or closed, for those who wait. */
  changed(): void {
    this.#latch.notify();
  }

  /**
   * A web message was accepted that will not be delivered: once that is known, its event is raised,
   * as the faults want it: not, later, or repeatedly.
   */
  messageWillFail(conversation: Conversation, message: Message): void {
    const { faults, settings } = this.around;
    if (faults.takeBehaviour('event-missing') !== null) return;
    const lateMs = faults.takeBehaviour('event-late')?.ms ?? 0;
    const times = 1 + (faults.takeBehaviour('event-repeated')?.times ?? 0);
    this.#later(settings.deliveryDelayMs + lateMs, () => {
      for (let time = 0; time < times; time += 1) this.raiseUndelivered(conversation, message);
    });
  }

  /** Genesys: WebMessagingUndeliveredMessageEventBody. */
  raiseUndelivered(conversation: Conversation, message: Message): void {
    const { id, ourAddress, customerId } = conversation;
    const at = this.around.now();
    const topicName = undeliveredTopic(ourAddress);
    const heardBy = this.#publish(topicName, {
      conversationId: id,
      deploymentId: ourAddress,
      // As every other view names the api participant and its session.
      participantId: `4${id.slice(1)}`,
      communicationId: `54${id.slice(2)}`,
      externalContactId: customerId,
      sessionExpiry: at + 3 * 86_400_000,
      messages: [{ id: message.id, eventTimeMs: message.at }],
      eventTimeMs: at,
    });
    this.#events.push({
      at,
      topic: topicName,
      conversationId: id,
      messageId: message.id,
      heardBy,
    });
    this.#latch.notify();
  }

  events(): RaisedEvent[] {
    return this.#events.toArray();
  }

  /** Resolves true as soon as `count` channels have a topic and an open socket. */
  waitForListening(count: number, timeoutMs: number): Promise<boolean> {
    const listening = () => this.channels().filter((channel) => channel.listening).length;
    return this.#latch.wait(() => listening() >= count, timeoutMs);
  }

  /** Resolves true as soon as `count` events have been raised. */
  waitForEvents(count: number, timeoutMs: number): Promise<boolean> {
    return this.#latch.wait(() => this.#events.toArray().length >= count, timeoutMs);
  }

  /** No channel is left, nor any event that was to come. */
  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const channel of this.#channels.values()) channel.end('the service restarts');
    this.#events.clear();
  }

  close(): void {
    this.clear();
    this.#latch.close();
  }

  #publish(topicName: string, eventBody: object): number {
    const metadata = { CorrelationId: randomUUID() };
    const hearing = this.channels().filter(({ topics }) => topics.has(topicName));
    return hearing.filter((channel) =>
      channel.send({ topicName, version: '2', eventBody, metadata }),
    ).length;
  }

  #later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}
