import { WebSocket } from 'ws';

export interface Heard {
  topicName: string;
  eventBody: Record<string, unknown>;
}

/** A socket of a channel: what it hears, in order, and how it ended. */
export class Listener {
  readonly heard: Heard[] = [];
  readonly ended: Promise<number>;
  readonly #waiting = new Set<() => void>();

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data) => {
      this.heard.push(JSON.parse(String(data)) as Heard);
      for (const look of this.#waiting) look();
    });
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
  }

  static async open(uri: string): Promise<Listener> {
    const listener = new Listener(new WebSocket(uri));
    await new Promise<void>((resolve, reject) => {
      listener.socket.once('open', resolve);
      listener.socket.once('error', reject);
    });
    return listener;
  }

  on(topicName: string): Heard[] {
    return this.heard.filter((each) => each.topicName === topicName);
  }

  /** Resolves with the first `count` messages of a topic. */
  async waitFor(topicName: string, count = 1): Promise<Heard[]> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.on(topicName).length < count) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
    return this.on(topicName).slice(0, count);
  }

  /** Everything sent before this has been heard when it resolves. */
  async ping(): Promise<void> {
    const pongs = this.on('channel.metadata').length;
    this.socket.send(JSON.stringify({ message: 'ping' }));
    await this.waitFor('channel.metadata', pongs + 1);
  }
}
