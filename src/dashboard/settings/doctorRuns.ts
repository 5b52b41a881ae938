import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Caller } from '../../audit/auditCaller.js';
import type { AuditLog } from '../../audit/auditLog.js';
import type { Config } from '../../config.js';
import type { Cost } from '../../doctor/doctor.js';
import { CHECKS, type CheckResult } from '../../doctor/finding.js';
import { redactedError } from '../../ops/logger.js';
import { untilConnected, withTimeout } from '../../queue/timeout.js';
import { type DoctorKeys, doctorKeys } from '../../redis/keys.js';
import type { RedisClient } from '../../redis/redisClient.js';
import { parseRecord } from '../../redis/storedRecord.js';
import type { LoadedTemplate } from '../../templates/loadTemplates.js';

/** A mark of a process that died is gone after this time. */
const MARK_LASTS_MS = 60_000;
const MARK_AGAIN_MS = 20_000;
/** What was found longer ago says nothing of today. */
const RESULT_KEPT_MS = 90 * 24 * 60 * 60 * 1_000;

const run = z.object({
  startedAt: z.number(),
  by: z.string().optional(),
  host: z.string(),
});

const result = run.extend({
  endedAt: z.number(),
  requests: z.number(),
  findings: z.array(
    z.object({
      check: z.enum(Object.keys(CHECKS) as [keyof typeof CHECKS]),
      status: z.enum(['ok', 'warning', 'failed', 'skipped']),
      detail: z.string(),
      remedy: z.string().optional(),
    }),
  ),
});

/** A run that goes on: since when (epoch ms, this machine's clock), who wanted it, on which host. */
export type DoctorUnderWay = z.infer<typeof run>;

/** The last run that came to its end. */
export type DoctorResult = z.infer<typeof result> & { findings: CheckResult[] };

export interface DoctorStatus {
  underWay?: DoctorUnderWay;
  last?: DoctorResult;
}

/**
 * Runs of the doctor that people start in the console: one at a time for the whole deployment, since
 * each takes its requests from the budget. What the last one has found is kept in Redis with its time, so
 * that every api process shows the same.
 *
 * | the process dies | another look finds | and |
 * |---|---|---|
 * | before its mark | what was there before | the next may begin |
 * | during the run | its mark, for a minute at most | then the result of the run before, with its time |
 * | after the result, before the mark is gone | the new result and the mark | the mark goes by itself |
 */
export class DoctorRuns {
  readonly #redis: RedisClient;
  readonly #keys: DoctorKeys;
  readonly #config: Config;
  readonly #loaded: readonly LoadedTemplate[];
  readonly #audit: Pick<AuditLog, 'act'>;
  readonly #log: Logger;

  constructor(
    config: Config,
    parts: {
      redis: RedisClient;
      audit: Pick<AuditLog, 'act'>;
      loaded: readonly LoadedTemplate[];
      log: Logger;
    },
  ) {
    this.#redis = parts.redis;
    this.#keys = doctorKeys(config.QUEUE_PREFIX);
    this.#config = config;
    this.#loaded = parts.loaded;
    this.#audit = parts.audit;
    this.#log = parts.log;
  }

  /** What a run will ask of Genesys Cloud. */
  async cost(): Promise<Cost> {
    // What asks the platform is loaded when a person wants to know, not by every api that starts.
    const { costOf } = await import('../../doctor/doctor.js');
    return costOf(this.#config, this.#loaded);
  }

  /** @throws RedisUnavailableError */
  async read(): Promise<DoctorStatus> {
    const { mark, last } = this.#keys;
    const [underWay, ended] = await this.#ask(() =>
      Promise.all([this.#redis.get(mark), this.#redis.get(last)]),
    );
    return { underWay: recordIn(run, underWay), last: recordIn(result, ended) };
  }

  /**
   * Begins a run, which goes on by itself; false when one is under way.
   *
   * @throws RedisUnavailableError
   */
  async start(caller: Caller): Promise<boolean> {
    const by = caller.name;
    const underWay = { startedAt: Date.now(), by, host: hostname() };
    const mark = JSON.stringify(underWay);
    const set = () => this.#redis.set(this.#keys.mark, mark, 'PX', MARK_LASTS_MS, 'NX');
    const begun = await this.#ask(() =>
      this.#audit.act(caller, { what: 'doctor.run' }, set, (answer) =>
        answer === null ? { outcome: 'refused', detail: 'under_way' } : { outcome: 'done' },
      ),
    );
    if (begun === null) return false;
    this.#log.info({ by }, 'doctor started from the console');
    void this.#run(underWay).catch((error: unknown) => {
      const safe = redactedError(error);
      this.#log.error({ error: safe }, 'doctor broken off: its result is not known');
    });
    return true;
  }

  async #run(underWay: DoctorUnderWay): Promise<void> {
    const ended = new AbortController();
    void this.#keepMark(ended.signal);
    try {
      const { examine } = await import('../../doctor/doctor.js');
      const { findings, cost } = await examine(this.#config, () => undefined);
      const requests = cost?.requests ?? 0;
      const record: DoctorResult = { ...underWay, endedAt: Date.now(), requests, findings };
      const failed = findings.filter(({ status }) => status === 'failed').length;
      this.#log.info({ requests, failed }, 'doctor ended');
      await this.#ask(() =>
        this.#redis.set(this.#keys.last, JSON.stringify(record), 'PX', RESULT_KEPT_MS),
      );
    } finally {
      ended.abort();
      await this.#ask(() => this.#redis.del(this.#keys.mark));
    }
  }

  async #keepMark(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(MARK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.#ask(() => this.#redis.pexpire(this.#keys.mark, MARK_LASTS_MS)).catch(
        () => undefined,
      );
    }
  }

  #ask<T>(command: () => Promise<T>): Promise<T> {
    return withTimeout(untilConnected(this.#redis).then(command));
  }
}

/** What cannot be read was written by another version: nothing is known of it. */
function recordIn<Schema extends z.ZodType>(
  schema: Schema,
  json: string | null,
): z.infer<Schema> | undefined {
  return json === null ? undefined : schema.safeParse(parseRecord(json)).data;
}
