import { randomUUID } from 'node:crypto';
import { Command } from './command.js';

/** A customer to write to, with one web conversation that says something, yesterday. */
export interface Customer {
  externalContactId: string;
  email: string;
}

/** A request that arrived; `at` is epoch milliseconds by this machine's clock. */
export interface Arrival {
  at: number;
  path: string;
  operation: string;
  status: number | null;
}

/** What is said in a conversation, in order. */
export type Talk = readonly { from: 'customer' | 'bot' | 'agent'; text: string }[];

const ADDED_AT_ONCE = 20;
const PATIENCE_MS = 120_000;

const TALK: Talk = [
  { from: 'customer', text: 'Hello there' },
  { from: 'bot', text: 'Hi! How can I help you today?' },
  { from: 'customer', text: 'My parcel was due on Tuesday and the tracking has not moved since' },
  { from: 'agent', text: 'I am sorry about that. Let me look into it.' },
  { from: 'agent', text: 'It is held at the depot and will be with you tomorrow.' },
  { from: 'customer', text: 'The second time this year that a delivery of yours is late' },
];

/** A simulated Genesys Cloud in a process of its own, and what a benchmark asks of its control API. */
export class SandboxProcess {
  readonly #command: Command;
  readonly url: string;

  private constructor(command: Command, url: string) {
    this.#command = command;
    this.url = url;
  }

  /** Without a rate limit until one is set. */
  static async start(): Promise<SandboxProcess> {
    const args = ['sandbox', '--port', '0', '--requests-per-minute', '0', '--customers', '0'];
    const command = new Command(args, {});
    const url = await command.find((line) => /listens on (\S+)/.exec(line)?.[1]);
    return new SandboxProcess(command, url);
  }

  get pid(): number {
    return this.#command.pid;
  }

  stop(): Promise<void> {
    return this.#command.stop();
  }

  async set(settings: {
    requestsPerMinute?: number;
    rateLimitWindowMs?: number;
    latencyMs?: number;
    indexingLagMs?: number;
    summaries?: 'on' | 'off';
  }): Promise<void> {
    await this.#ask('PATCH', '/settings', settings);
  }

  /** New people every time, so that nothing is known of them yet. */
  async addCustomers(count: number, talkOf: (place: number) => Talk = () => TALK) {
    const customers: Customer[] = Array.from({ length: count }, () => {
      const externalContactId = randomUUID();
      return { externalContactId, email: `${externalContactId}@example.com` };
    });
    for (let from = 0; from < count; from += ADDED_AT_ONCE) {
      const some = customers.slice(from, from + ADDED_AT_ONCE);
      await Promise.all(some.map((customer, at) => this.#addCustomer(customer, talkOf(from + at))));
    }
    return customers;
  }

  /** Resolves once this many requests to the operation have arrived since `forget`. */
  async untilArrived(operation: string, count: number): Promise<void> {
    // What arrived is not wanted here, and nothing has arrived later than in a thousand years.
    const query = `wait=${operation}&count=${count}&timeoutMs=${PATIENCE_MS}&since=4e13`;
    const { reached } = await this.#ask<{ reached: boolean }>('GET', `/requests?${query}`);
    if (!reached) throw new Error(`fewer than ${count} requests ${operation} arrived in time`);
  }

  /** How many arrived since `forget`, by operation; logins left out, which count for no limit. */
  async arrivalsByOperation(): Promise<Record<string, number>> {
    const { counts } = await this.#ask<{ counts: Record<string, number> }>(
      'GET',
      '/requests?since=4e13',
    );
    const { login: _login, ...others } = counts;
    return others;
  }

  /** The newest 20,000 that arrived since `forget`, oldest first, without logins. */
  async arrivals(): Promise<Arrival[]> {
    const { requests, dropped } = await this.#ask<{ requests: Arrival[]; dropped: number }>(
      'GET',
      '/requests',
    );
    if (dropped > 0) throw new Error('more requests arrived than the sandbox keeps');
    return requests.filter(({ operation }) => operation !== 'login');
  }

  /** Those whose path names the customer. */
  async arrivalsAbout({ externalContactId }: Customer): Promise<Arrival[]> {
    return (await this.arrivals()).filter(({ path }) => path.includes(externalContactId));
  }

  /** Forgets all requests and deliveries. */
  async forget(): Promise<void> {
    await this.#ask('DELETE', '/requests');
    await this.#ask('DELETE', '/deliveries');
  }

  #addCustomer({ externalContactId, email }: Customer, messages: Talk): Promise<unknown> {
    return this.#ask('POST', '/customers', {
      id: externalContactId,
      firstName: 'Ada',
      lastName: 'Example',
      email,
      conversations: [{ minutesAgo: 1_440, messages }],
    });
  }

  async #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}/_sandbox${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    if (!answer.ok) throw new Error(`the sandbox answered ${answer.status} to ${method} ${path}`);
    const text = await answer.text();
    return JSON.parse(text === '' ? '{}' : text) as T;
  }
}
