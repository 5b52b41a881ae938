/** The open connection of a channel, as far as a channel needs it. */
export interface Connection {
  send(message: object): void;
  /** With a close frame; without one (`abrupt`) the other side sees the connection break. */
  close(reason: string, abrupt: boolean): void;
}

/**
 * A notification channel. It lives from its making, or the last change of its subscriptions, for as
 * long as the settings say. It has one connection at most. What is raised while it has none is lost:
 * the platform keeps nothing.
 */
export class Channel {
  readonly topics = new Set<string>();
  /** A frozen channel's socket stays open, and nothing comes from it any more. */
  frozen = false;
  expiresAt = 0;
  /** Epoch milliseconds of the last use: made, subscribed or connected. */
  usedAt = 0;
  #connection: Connection | null = null;
  #expiry: NodeJS.Timeout | undefined;

  constructor(
    readonly id: string,
    readonly client: string,
    private readonly onEnd: (channel: Channel) => void,
  ) {}

  get connected(): boolean {
    return this.#connection !== null;
  }

  get listening(): boolean {
    return this.connected && this.topics.size > 0;
  }

  /** Starts its lifetime anew. */
  renew(now: number, lifetimeSeconds: number): void {
    this.usedAt = now;
    this.expiresAt = now + lifetimeSeconds * 1000;
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.end('channel expired'), lifetimeSeconds * 1000);
    this.#expiry.unref();
  }

  /** A channel has one connection: a second one takes the place of the first. */
  connect(connection: Connection, now: number): void {
    this.#connection?.close('another connection was opened', false);
    this.#connection = connection;
    this.frozen = false;
    this.usedAt = now;
  }

  disconnected(connection: Connection): void {
    if (this.#connection === connection) this.#connection = null;
  }

  /** @returns whether it went out. */
  send(message: object): boolean {
    if (this.#connection === null || this.frozen) return false;
    this.#connection.send(message);
    return true;
  }

  disconnect(reason: string, abrupt = false): void {
    this.#connection?.close(reason, abrupt);
    this.#connection = null;
  }

  end(reason: string): void {
    clearTimeout(this.#expiry);
    this.disconnect(reason);
    this.onEnd(this);
  }
}
