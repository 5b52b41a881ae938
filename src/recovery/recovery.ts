import { setTimeout as delay } from 'node:timers/promises';
import type { Caller } from '../audit/auditCaller.js';
import type { AuditLog } from '../audit/auditLog.js';
import type { Campaigns } from '../campaign/campaigns.js';
import { SEND_WITHIN_MS } from '../notification/attempt.js';
import type { Snapshot } from '../notification/codec.js';
import { keep } from '../notification/decision.js';
import type { Ledger } from '../notification/ledger.js';
import { doubt, REDIS_WENT_BACK } from '../notification/reconciling.js';
import type { NotificationRecord } from '../notification/record.js';
import type { NotificationRequest } from '../notification/request.js';
import type { Channel } from '../notification/state.js';
import { UnreadableRequestError } from '../notification/storedRequest.js';
import type { SendingPause } from '../queue/sendingPause.js';
import { WENT_BACK, type WentBack, type WentBackStore } from '../queue/wentBack.js';
import type { WorkerRegistry } from '../queue/workerRegistry.js';
import type { RedisClient } from '../redis/redisClient.js';
import { type DoubtfulCampaign, doubtfulCampaigns } from './doubtfulCampaigns.js';
import { doubtfulLegs, type LostTime } from './doubtfulLegs.js';

/** What becomes of a notification whose message is surely not there. */
export const NOT_FOUND_CHOICES = ['go-on', 'hold'] as const;

export interface RecoverOptions {
  /** Where Redis itself does not know it, or knows it too late (epoch ms). */
  since?: number;
  notFound: (typeof NOT_FOUND_CHOICES)[number];
  /** Says what would be done, and does nothing. */
  dryRun?: boolean;
  by?: Caller;
  onProgress?: (so: { looked: number; doubted: number }) => void;
}

export interface RecoveryReport {
  lost: LostTime;
  /** Notifications that surviving workers have put back. */
  putBack: number;
  /** Workers that live and have not said what they remember. */
  silent: number;
  /** Notifications that had not ended, and of these those that may have been sent since. */
  looked: number;
  doubted: number;
  campaigns: DoubtfulCampaign[];
}

export type RecoverResult =
  /** Redis is not known to have gone back, and no time was given. */
  | { kind: 'not_needed' }
  /** Redis knows nothing at all of the time before. */
  | { kind: 'needs_since' }
  | { kind: 'dry_run' | 'recovered'; report: RecoveryReport };

export interface RecoveryParts {
  redis: RedisClient;
  ledger: Ledger;
  audit: AuditLog;
  store: WentBackStore;
  sendingPause: SendingPause;
  registry: WorkerRegistry;
  campaigns: Campaigns;
  defaultChannels: readonly Channel[];
}

const AT_A_TIME = 50;
const PAGE = 500;
/** Workers report with the heartbeat after the one that noticed it. */
const WORKERS_REPORT_WITHIN_MS = 10_000;
const LOOKED_AT_EVERY_MS = 200;
/** An intent that was written before the pause may have let its request leave until then. */
const NOTHING_LEAVES_AFTER_MS = SEND_WITHIN_MS + 50;

/**
 * Makes a deployment fit to send again after Redis went back in time: whatever may have been sent in the time that
 * is lost becomes `unknown`, and is looked for at the platform (src/reconcile) before it could be sent again. All
 * sending is paused until the last of them is so.
 *
 *   it dies, or two run at once      | what stands                    | the next run
 *   ---------------------------------|--------------------------------|--------------------------------------
 *   before or while it goes through  | pause and note, some `unknown` | goes through all again; what is in
 *   the notifications                |                                | doubt already, or was, is left alone
 *   after it, before the note is     | pause and note                 | finds nothing new, and goes on
 *   removed                          |                                |
 *   between note and pause           | the pause, without its note    | removes the pause
 *
 * What is accepted meanwhile was not sent in that time, and waits for the end of the pause alone. The jobs that the
 * queues show again find their notifications `unknown`, and end.
 */
export class Recovery {
  readonly #parts: RecoveryParts;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  async run(options: RecoverOptions): Promise<RecoverResult> {
    const { audit } = this.#parts;
    if (options.dryRun === true) return this.#run(options);
    const detail = [
      options.since === undefined ? '' : `since ${new Date(options.since).toISOString()}`,
      `not found: ${options.notFound}`,
    ];
    const act = { what: 'sending.recover', detail: detail.filter(Boolean).join(', ') } as const;
    return audit.act(
      options.by,
      act,
      () => this.#run(options),
      (result) =>
        result.kind === 'recovered'
          ? { outcome: 'done', detail: `${result.report.doubted} in doubt` }
          : { outcome: 'refused', detail: result.kind },
    );
  }

  async #run(options: RecoverOptions): Promise<RecoverResult> {
    const { ledger, store } = this.#parts;
    const now = await ledger.clock.current();
    const noticed = await store.read();
    if (noticed === undefined && options.since === undefined) return this.#withoutNote(options);
    const since = earliest(options.since, noticed?.since);
    if (since === undefined) return { kind: 'needs_since' };
    const wentBack = noticed ?? (await this.#note(since, now, options));
    const lost = { since, until: wentBack.at + SEND_WITHIN_MS };
    if (options.dryRun === true) {
      return { kind: 'dry_run', report: await this.#goThrough(wentBack, lost, options) };
    }
    await delay(Math.max(0, wentBack.at + NOTHING_LEAVES_AFTER_MS - now));
    const report = await this.#goThrough(wentBack, lost, options);
    await this.#end();
    return { kind: 'recovered', report };
  }

  /** A run that died at its very end may have left the pause. */
  async #withoutNote({ dryRun }: RecoverOptions): Promise<RecoverResult> {
    const { sendingPause } = this.#parts;
    if ((await sendingPause.status())?.code === WENT_BACK && dryRun !== true) await this.#end();
    return { kind: 'not_needed' };
  }

  async #note(since: number, now: number, { dryRun }: RecoverOptions): Promise<WentBack> {
    return dryRun === true ? { id: '', at: now, since } : this.#parts.store.note(since, now);
  }

  async #goThrough(
    wentBack: WentBack,
    lost: LostTime,
    options: RecoverOptions,
  ): Promise<RecoveryReport> {
    const { ledger } = this.#parts;
    const { silent, putBack, rows } = await this.#workers(wentBack, options);
    const campaigns = await doubtfulCampaigns(this.#parts.campaigns, rows, lost, options);
    const { due, looks } = ledger.keys;
    const report = { lost, putBack, silent, looked: 0, doubted: 0, campaigns };
    // Every notification that has not ended stands in one of the two. One may change from either to the other
    // meanwhile: from the first to the second before that is gone through, and back before the first is again.
    const passes = options.dryRun === true ? [looks, due] : [looks, due, looks];
    for (const [pass, list] of passes.entries()) {
      for await (const ids of this.#standingIn(list)) {
        if (pass < 2) report.looked += ids.length;
        report.doubted += await this.#doubtAll(ids, wentBack, lost, options);
        options.onProgress?.(report);
      }
    }
    return report;
  }

  /** A scan shows all that stand there from its beginning to its end, some of them twice. */
  async *#standingIn(list: string): AsyncGenerator<string[]> {
    for (let cursor = '0', more = true; more; more = cursor !== '0') {
      const [next, flat] = await this.#parts.redis.zscan(list, cursor, 'COUNT', PAGE);
      cursor = next;
      const ids = flat.filter((_, at) => at % 2 === 0);
      for (let start = 0; start < ids.length; start += AT_A_TIME) {
        yield ids.slice(start, start + AT_A_TIME);
      }
    }
  }

  async #doubtAll(
    ids: readonly string[],
    wentBack: WentBack,
    lost: LostTime,
    { notFound, dryRun = false }: RecoverOptions,
  ): Promise<number> {
    const { ledger } = this.#parts;
    const now = ledger.clock.now();
    const found = await ledger.snapshots(ids);
    const given = {
      reason: REDIS_WENT_BACK,
      notFound: notFound === 'hold' ? 'hold' : 'resend',
    } as const;
    const done = await Promise.all(
      found.map(async (snapshot) => {
        if (!isReadable(snapshot) || wasInDoubt(snapshot.record, wentBack)) return false;
        const request = await this.#request(snapshot.record.id);
        const { defaultChannels } = this.#parts;
        const decide = (record: NotificationRecord) => {
          // Another run may have come first.
          if (wasInDoubt(record, wentBack)) return keep('kept' as const);
          const legs = doubtfulLegs(record, request, defaultChannels, lost);
          return doubt(record, { ...given, legs }, now);
        };
        if (dryRun) return decide(snapshot.record).result === 'doubted';
        return (await ledger.change(snapshot.record.id, decide)) === 'doubted';
      }),
    );
    return done.filter(Boolean).length;
  }

  async #request(id: string): Promise<NotificationRequest | undefined> {
    try {
      return (await this.#parts.ledger.readRequest(id))?.request;
    } catch (error) {
      if (error instanceof UnreadableRequestError) return undefined;
      throw error;
    }
  }

  /** Waits for what the workers that lived through it have to say. */
  async #workers({ at }: WentBack, { dryRun }: RecoverOptions) {
    const { store, registry, ledger } = this.#parts;
    const giveUpAt = performance.now() + (dryRun === true ? 0 : WORKERS_REPORT_WITHIN_MS);
    for (;;) {
      const [reports, { alive }] = await Promise.all([store.reports(), registry.read()]);
      const silent = alive.filter(({ id, since }) => since < at && !reports.has(id)).length;
      if (silent === 0 || performance.now() >= giveUpAt) {
        const all = [...reports.values()];
        const putBack = all.reduce((sum, report) => sum + report.putBack, 0);
        return { silent, putBack, rows: highestRows(all.map(({ rows }) => rows)) };
      }
      await delay(LOOKED_AT_EVERY_MS);
      await ledger.clock.current();
    }
  }

  /** The note first: a pause without it is lifted by anyone, and a note without a pause stops nothing. */
  async #end(): Promise<void> {
    const { store, sendingPause } = this.#parts;
    await store.clear();
    // A person may have paused as well, for a reason of their own.
    if ((await sendingPause.status())?.code === WENT_BACK) await sendingPause.resume();
  }
}

/** It was doubted by another run, or a pass before, and has perhaps been looked for since. */
function wasInDoubt({ timeline }: NotificationRecord, { at }: WentBack): boolean {
  return timeline.some((entry) => entry.reason === REDIS_WENT_BACK && entry.at >= at);
}

function isReadable(seen: Snapshot | Error | undefined): seen is Snapshot {
  return seen !== undefined && !(seen instanceof Error);
}

function earliest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function highestRows(all: readonly Readonly<Record<string, number>>[]): Map<string, number> {
  const highest = new Map<string, number>();
  for (const [id, row] of all.flatMap((rows) => Object.entries(rows)))
    highest.set(id, Math.max(row, highest.get(id) ?? 0));
  return highest;
}
