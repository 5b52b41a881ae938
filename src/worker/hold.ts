import type { Logger } from 'pino';

/** What is wrong with our own access to the platform, in words for whoever can mend it. */
export interface HoldReason {
  kind: 'credentials' | 'permission';
  detail: string;
}

export interface HoldSwitches {
  /** No new job starts. */
  pause(): Promise<void>;
  /** Jobs start again, at most this many at a time; undefined means as many as configured. */
  resume(atATime?: number): Promise<void>;
  /** Whether the platform lets us log in. Costs nothing of the request budget. */
  mayLogIn(): Promise<boolean>;
}

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Stops the work while our credentials are refused or a permission is missing. Such a failure is no
 * job's fault: going on would use up every job's attempts in minutes, and moving on to the next
 * channel would turn one forgotten permission into a campaign sent by email.
 *
 *   working ──raise──▶ held ──wait──▶ (credentials: may we log in? no: wait longer) ──▶ trying
 *      ▲                 ▲                                                               │
 *      │                 └──────────── its job was held again: wait longer ──────────────┤
 *      └─────────────────────────────── its job ended in any other way ──────────────────┘
 *
 * While trying, one job at a time runs. For a permission there is no harmless question to ask: only
 * the next notification can show that it was granted.
 */
export class Hold {
  readonly #switches: HoldSwitches;
  readonly #log: Logger;
  #state: 'working' | 'held' | 'trying' = 'working';
  #reason: HoldReason | undefined;
  #waitMs = FIRST_WAIT_MS;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(switches: HoldSwitches, log: Logger) {
    this.#switches = switches;
    this.#log = log;
  }

  /** Why no work is done, or undefined when it is. */
  get reason(): HoldReason | undefined {
    return this.#reason;
  }

  /** A job met a closed door. Safe to call from many jobs at once. */
  async raise(reason: HoldReason): Promise<void> {
    if (this.#state === 'held' || this.#closed) return;
    this.#waitMs = this.#state === 'trying' ? this.#longer() : FIRST_WAIT_MS;
    this.#state = 'held';
    this.#reason = reason;
    this.#log.error({ ...reason, retryInMs: this.#waitMs }, describe(reason));
    await this.#switches.pause();
    this.#wait();
  }

  /** A job ended without meeting a closed door. */
  async jobPassed(): Promise<void> {
    if (this.#state !== 'trying' || this.#closed) return;
    this.#state = 'working';
    this.#log.info({ kind: this.#reason?.kind }, 'access to the platform is mended; work goes on');
    this.#reason = undefined;
    await this.#switches.resume();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#try(), this.#waitMs);
  }

  async #try(): Promise<void> {
    if (this.#reason?.kind === 'credentials' && !(await this.#mayLogIn())) {
      this.#waitMs = this.#longer();
      this.#log.error({ ...this.#reason, retryInMs: this.#waitMs }, describe(this.#reason));
      if (!this.#closed) this.#wait();
      return;
    }
    if (this.#closed) return;
    if (this.#reason?.kind === 'credentials') {
      // A login that works is the whole proof; no job need be risked.
      this.#state = 'trying';
      await this.jobPassed();
      return;
    }
    this.#state = 'trying';
    await this.#switches.resume(1);
  }

  /** A login that breaks proves nothing; an exception here would leave the work held for ever. */
  async #mayLogIn(): Promise<boolean> {
    return this.#switches.mayLogIn().catch(() => false);
  }

  #longer(): number {
    return Math.min(LONGEST_WAIT_MS, this.#waitMs * 2);
  }
}

function describe({ kind, detail }: HoldReason): string {
  return kind === 'credentials'
    ? `Genesys Cloud refuses the OAuth client (${detail}): check GENESYS_CLOUD_CLIENT_ID, GENESYS_CLOUD_CLIENT_SECRET and the region. Jobs wait.`
    : `The OAuth client lacks a permission (${detail}): grant it in the client's roles. Jobs wait.`;
}
