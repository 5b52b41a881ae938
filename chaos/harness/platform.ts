import { fileURLToPath } from 'node:url';
import type { FaultInput } from '#sandbox/faults.js';
import type { Settings } from '#sandbox/settings.js';
import { Child } from './child.js';

/** One message that a customer got, as the sandbox has it. */
export interface Delivered {
  /** Epoch milliseconds. */
  at: number;
  channel: string;
  /** The address it went to: a contact's id, an email address or a phone number. */
  to: string;
  customerId: string | null;
  messageId: string;
}

/** A person whom the simulated platform knows. */
export interface KnownCustomer {
  id: string;
  email: string;
  phone: string | null;
}

export type SandboxMessage =
  | { kind: 'listening'; url: string }
  /** So many messages so far. */
  | { kind: 'delivered'; total: number }
  | { kind: 'record'; record: Delivered[] };

const SCRIPT = fileURLToPath(new URL('../parts/sandbox.js', import.meta.url));

/** The simulated Genesys Cloud in a process of its own. */
export class Platform {
  /** How many messages customers got so far, as was last heard. */
  delivered = 0;
  #url = '';
  readonly #child: Child;
  readonly #records: ((record: Delivered[]) => void)[] = [];
  #listens: () => void = () => undefined;

  private constructor(settings: Partial<Settings>) {
    this.#child = new Child({
      name: 'the sandbox',
      args: [SCRIPT],
      env: { CHAOS_SANDBOX: JSON.stringify(settings) },
      onMessage: (message) => this.#hear(message as SandboxMessage),
    });
  }

  static async start(settings: Partial<Settings>): Promise<Platform> {
    const platform = new Platform(settings);
    const listening = new Promise<void>((resolve) => {
      platform.#listens = resolve;
    });
    await platform.#child.alive(listening);
    return platform;
  }

  get url(): string {
    return this.#url;
  }

  /** Everything that customers got so far. */
  record(): Promise<Delivered[]> {
    const answered = new Promise<Delivered[]>((resolve) => this.#records.push(resolve));
    this.#child.say('record');
    return this.#child.alive(answered);
  }

  async generateCustomers(count: number): Promise<KnownCustomer[]> {
    if (count === 0) return [];
    const { customers } = await this.#control<{ customers: KnownCustomer[] }>(
      'POST',
      '/customers',
      {
        generate: count,
      },
    );
    return customers;
  }

  async misbehave(fault: FaultInput): Promise<void> {
    await this.#control('POST', '/faults', fault);
  }

  async behave(): Promise<void> {
    await this.#control('DELETE', '/faults');
  }

  async set(settings: Partial<Settings>): Promise<void> {
    await this.#control('PATCH', '/settings', settings);
  }

  async revokeTokens(): Promise<void> {
    await this.#control('POST', '/tokens/revoke');
  }

  /** Whether the platform has a message by this id, delivered or not. */
  async hasMessage(messageId: string): Promise<boolean> {
    const path = `/api/v2/conversations/messages/${messageId}/details`;
    const answer = await fetch(`${this.url}${path}`, {
      headers: { authorization: `Bearer ${await this.#token()}` },
    });
    await answer.arrayBuffer();
    return answer.ok;
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }

  #hear(message: SandboxMessage): void {
    switch (message.kind) {
      case 'listening':
        this.#url = message.url;
        this.#listens();
        return;
      case 'delivered':
        this.delivered = message.total;
        return;
      case 'record':
        this.#records.shift()?.(message.record);
        return;
      default:
        throw new Error(`unhandled message ${String(message satisfies never)}`);
    }
  }

  async #token(): Promise<string> {
    const credentials = Buffer.from('sandbox:sandbox-secret').toString('base64');
    const answer = await fetch(`${this.url}/oauth/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${credentials}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    return token;
  }

  async #control<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}/_sandbox${path}`, {
      method,
      headers: body === undefined ? undefined : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status} to ${method} ${path}`);
    return JSON.parse(text === '' ? '{}' : text) as T;
  }
}
