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
  | { kind: 'record'; record: Delivered[] };

const SCRIPT = fileURLToPath(new URL('../parts/sandbox.js', import.meta.url));

/** The simulated Genesys Cloud in a process of its own. */
export class Platform {
  readonly url: string;
  readonly #child: Child;
  readonly #records: ((record: Delivered[]) => void)[];

  private constructor(child: Child, url: string, records: ((record: Delivered[]) => void)[]) {
    this.#child = child;
    this.url = url;
    this.#records = records;
  }

  static async start(settings: Partial<Settings>): Promise<Platform> {
    const records: ((record: Delivered[]) => void)[] = [];
    let listening: (url: string) => void = () => undefined;
    const url = new Promise<string>((resolve) => {
      listening = resolve;
    });
    const child = new Child({
      name: 'the sandbox',
      args: [SCRIPT],
      env: { CHAOS_SANDBOX: JSON.stringify(settings) },
      onMessage: (message) => {
        const said = message as SandboxMessage;
        if (said.kind === 'listening') listening(said.url);
        else records.shift()?.(said.record);
      },
    });
    return new Platform(child, await child.alive(url), records);
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
