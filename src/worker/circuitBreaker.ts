import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { DELAYS } from '../notification/delays.js';
import { isPermitted, probesFor } from '../pipeline/permissionProbes.js';
import { accessProblem, accessRemedy } from '../queue/flowStatus.js';
import { detached } from '../tracing/tracing.js';

/** What is wrong with our own access to the platform. */
export interface BreakerReason {
  kind: 'credentials' | 'permission';
  detail: string;
}

export interface BreakerSwitches {
  /** No new job starts. */
  pause(): Promise<void>;
  /** Jobs start again, at most this many at a time; undefined means as many as configured. */
  resume(atATime?: number): Promise<void>;
  /** Whether access looks repaired, by a question that reaches no customer. */
  isRepaired(reason: BreakerReason): Promise<boolean>;
  /** Called after each change of state. */
  onChange?(): void;
}

/**
 * Stops the work while our credentials are refused or a permission is missing. Such a failure is no
 * job's fault: going on would use up every job's attempts in minutes, and moving on to the next
 * channel would turn one forgotten permission into a campaign sent by email.
 *
 *   closed ──trip──▶ open ──wait──▶ (access repaired? no: wait longer) ──▶ half-open
 *      ▲               ▲                                                      │
 *      │               └──────────── its job was refused again ───────────────┤
 *      └──────────────────────────── its job ended in any other way ──────────┘
 *
 * While half-open, one job at a time runs. After a login that works it closes at once; for a
 * permission, only the next notification proves that it was granted.
 */
export class CircuitBreaker {
  readonly #switches: BreakerSwitches;
  readonly #log: Logger;
  readonly #now: () => number;
  #state: 'closed' | 'open' | 'half-open' = 'closed';
  #reason: BreakerReason | undefined;
  #since: number | undefined;
  /** By the monotonic clock (ms). */
  #closedAt = Number.NEGATIVE_INFINITY;
  #waitMs: number = DELAYS.breakerFirst;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @param now the time that is shown (epoch ms) */
  constructor(switches: BreakerSwitches, log: Logger, now: () => number) {
    this.#switches = switches;
    this.#log = log;
    this.#now = now;
  }

  get state(): 'closed' | 'open' | 'half-open' {
    return this.#state;
  }

  /** Why no work is done, or undefined when it is. */
  get reason(): BreakerReason | undefined {
    return this.#reason;
  }

  /** Since when access has been broken (epoch ms by Redis); undefined while closed. */
  get since(): number | undefined {
    return this.#since;
  }

  /** A job was refused for lack of access. Safe to call from many jobs at once. */
  async trip(reason: BreakerReason): Promise<void> {
    if (this.#state === 'open' || this.#stopped) return;
    const relapsed =
      this.#state === 'half-open' || performance.now() - this.#closedAt < DELAYS.breakerRelapse;
    this.#waitMs = relapsed ? this.#longer() : DELAYS.breakerFirst;
    this.#state = 'open';
    this.#reason = reason;
    this.#since ??= this.#now();
    this.#log.error({ ...reason, retryInMs: this.#waitMs }, describe(reason));
    await this.#switches.pause();
    this.#switches.onChange?.();
    this.#wait();
  }

  /** A job ended without being refused for lack of access. */
  async jobPassed(): Promise<void> {
    if (this.#state !== 'half-open' || this.#stopped) return;
    this.#state = 'closed';
    this.#closedAt = performance.now();
    this.#log.info(
      { kind: this.#reason?.kind },
      'access to the platform is repaired; work goes on',
    );
    this.#reason = undefined;
    this.#since = undefined;
    await this.#switches.resume();
    this.#switches.onChange?.();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void detached(() => this.#try()), this.#waitMs);
  }

  async #try(): Promise<void> {
    const reason = this.#reason;
    if (reason === undefined) return;
    if (!(await this.#isRepaired(reason))) {
      this.#waitMs = this.#longer();
      this.#log.error({ ...reason, retryInMs: this.#waitMs }, describe(reason));
      if (!this.#stopped) this.#wait();
      return;
    }
    if (this.#stopped) return;
    this.#state = 'half-open';
    if (reason.kind === 'credentials') {
      // A login that works is the whole proof; no job need be risked.
      await this.jobPassed();
      return;
    }
    await this.#switches.resume(1);
    this.#switches.onChange?.();
  }

  /** A question that breaks proves nothing; an exception here would leave the breaker open for ever. */
  async #isRepaired(reason: BreakerReason): Promise<boolean> {
    return this.#switches.isRepaired(reason).catch(() => false);
  }

  #longer(): number {
    return Math.min(DELAYS.breakerLongest, this.#waitMs * 2);
  }
}

function describe({ kind, detail }: BreakerReason): string {
  return `${accessProblem(kind, detail)} ${accessRemedy(kind)}. Jobs wait.`;
}

const PERMISSION = /[A-Za-z]+(?::[A-Za-z]+)+/g;

/**
 * Whether access looks repaired. Asked by calls that reach no customer: a login, or the calls that
 * need the missing permission, about a recipient who does not exist. Where no such call is known,
 * only a job can show it.
 */
export async function accessIsRepaired(
  client: GenesysClient,
  config: Config,
  { kind, detail }: BreakerReason,
): Promise<boolean> {
  if (kind === 'credentials') return (await client.checkCredentials()).ok;
  const missing = detail.match(PERMISSION) ?? [];
  const probes = probesFor(config, true).filter(({ permission = '' }) =>
    missing.some((name) => permission.includes(name)),
  );
  for (const probe of probes) {
    if (!(await isPermitted(client, probe))) return false;
  }
  return true;
}
