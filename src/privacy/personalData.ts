import type { Caller } from '../audit/auditCaller.js';
import type { AuditLog } from '../audit/auditLog.js';
import type { NumberedRow } from '../campaign/campaign.js';
import { type ErasableRows, type RowPlace, rowPlaceOf } from '../campaign/erasedRows.js';
import type { CampaignStore } from '../campaign/store.js';
import { UnreadableRowsError } from '../campaign/unreadableCampaign.js';
import type { Ledger } from '../notification/ledger.js';
import { type NotificationView, viewOf } from '../notification/notificationView.js';
import type { NotificationRequest } from '../notification/request.js';
import type { SearchIndex } from '../notification/searchIndex.js';
import type { PrefetchStore } from '../prefetch/prefetchStore.js';
import type { QueueName } from '../queue/intakeJob.js';
import type { Queues } from '../queue/jobs.js';
import type { RedisClient } from '../redis/redisClient.js';
import { scanKeys } from '../redis/scanKeys.js';
import type { ConsentDigests } from '../suppression/consentIdentity.js';
import type { Suppression } from '../suppression/suppression.js';
import type { SuppressionList } from '../suppression/suppressionList.js';
import {
  ALWAYS_KEPT,
  ERASED_KINDS,
  type ErasureReport,
  noneErased,
  type Remains,
  SUPPRESSION_KEPT,
  sumOf,
} from './erasureReport.js';
import { linesAbout, removeLines, removeUnfinished } from './inboxFiles.js';
import { Person, type PersonSettings } from './person.js';
import { type PersonRequests, requestIdOf } from './personRequests.js';
import { queuedRequestsOf, queueKeyOf, removeQueued } from './queuedRequests.js';

export interface PersonalDataParts {
  redis: RedisClient;
  prefix: string;
  ledger: Ledger;
  queues: Queues;
  index: SearchIndex;
  requests: PersonRequests;
  campaigns: Pick<CampaignStore, 'get'>;
  rows: ErasableRows;
  prefetch: Pick<PrefetchStore, 'eraseRows'>;
  suppressions: Pick<SuppressionList, 'find' | 'forgetReason'>;
  digests: Pick<ConsentDigests, 'of'>;
  audit: AuditLog;
  settings: PersonSettings;
  /** Of the inbox, where this machine reaches it. */
  inboxFolder?: string;
}

/** Everything that is stored about one person. */
export interface PersonExport {
  addresses: string[];
  notifications: (NotificationView & { request?: NotificationRequest; found?: unknown })[];
  campaignRows: (Pick<NumberedRow, 'number'> &
    NumberedRow['row'] & { campaignId: string; own: string[] })[];
  rejectedRows: { campaignId: string; number: number; cells: string[] }[];
  queuedJobs: { queue: QueueName; jobId: string; data: unknown }[];
  suppressions: ({ address: string } & Suppression)[];
  inboxLines: { file: string; lines: string[] }[];
  /** Requests that cannot be decrypted, so that it is not known whom they are for. */
  unreadable: number;
}

/** What a pass has found in Redis and on disk. */
interface Pass {
  erased: ErasureReport['erased'];
  cancelled: number;
  sending: number;
  /** Some jobs may be gone in a moment. */
  jobsInHand: boolean;
  remains: Remains[];
}

/** A job in hand or a release under way may add something behind the back of a pass. */
const PASSES_MAX = 4;
const BETWEEN_PASSES_MS = 500;
/** Answers of look-ups: their keys do not say whom they are about. */
const LOOKUP_CACHES = ['c:i:', 'c:x:'];

/**
 * Finds and erases what is stored about one person: in campaigns, queues, requests, what was found out, the
 * search index, caches, the suppression list's free text, and the files of the inbox.
 *
 * What becomes something else is erased before what it becomes: rows and jobs before requests. So what escapes
 * a step is found by a later one, and passes are repeated until one finds nothing. It may be broken off at any
 * moment and begun again; a second run does what the first has left.
 */
export class PersonalData {
  readonly #parts: PersonalDataParts;

  constructor(parts: PersonalDataParts) {
    this.#parts = parts;
  }

  /** The person who has these addresses; undefined where one of the texts is none. */
  readPerson(texts: readonly string[]): Person | undefined {
    return Person.read(texts, this.#parts.settings);
  }

  async erase(person: Person, by?: Caller): Promise<ErasureReport> {
    const act = { what: 'person.erase', on: this.#nameOf(person) } as const;
    return this.#parts.audit.act(
      by,
      act,
      () => this.#erase(person, by?.name),
      ({ erased, remains }) => ({
        outcome: 'done',
        detail: `${sumOf(erased)} erased${remains.length === 0 ? '' : `, ${remains.length} remain`}`,
      }),
    );
  }

  async export(person: Person, by?: Caller): Promise<PersonExport> {
    const act = { what: 'person.export', on: this.#nameOf(person) } as const;
    const work = () => this.#export(person);
    return this.#parts.audit.act(by, act, work, () => ({ outcome: 'done' }));
  }

  /** As the audit names a person: by the keyed hashes that the suppression list has. */
  #nameOf(person: Person): string {
    return person.addresses
      .map((address) => this.#parts.digests.of(address)[0]?.toString('base64url') ?? '')
      .join(',');
  }

  async #erase(person: Person, by: string | undefined): Promise<ErasureReport> {
    const all = { erased: noneErased(), cancelled: 0, sending: 0, remains: [] as Remains[] };
    for (let pass = 1; ; pass += 1) {
      const found = await this.#pass(person, by);
      for (const kind of ERASED_KINDS) all.erased[kind] += found.erased[kind];
      all.cancelled += found.cancelled;
      all.sending += found.sending;
      all.remains = found.remains;
      const isDone = sumOf(found.erased) === 0 && !found.jobsInHand;
      if (isDone || pass === PASSES_MAX) break;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_PASSES_MS));
    }
    const entries = await Promise.all(
      person.addresses.map((address) => this.#parts.suppressions.forgetReason(address)),
    );
    const isSuppressed = entries.some((entry) => entry !== undefined);
    return { ...all, kept: [...ALWAYS_KEPT, ...(isSuppressed ? [SUPPRESSION_KEPT] : [])] };
  }

  async #pass(person: Person, by: string | undefined): Promise<Pass> {
    const { redis, prefix, ledger, index, requests } = this.#parts;
    const pass: Pass = {
      erased: noneErased(),
      cancelled: 0,
      sending: 0,
      jobsInHand: false,
      remains: [],
    };
    for (const place of await this.#sources(person, pass)) {
      await this.#eraseRows(place, person, pass);
      if (place.upload !== undefined) await this.#noteUpload(place, pass);
    }
    let unreadable = 0;
    for await (const keys of scanKeys(redis, prefix)) {
      const caches = keys.filter((key) => LOOKUP_CACHES.some((start) => key.startsWith(start)));
      if (caches.length > 0) await redis.unlink(...caches.map((key) => `${prefix}:${key}`));
      const ids = keys.flatMap((key) => requestIdOf(key) ?? []);
      const about = await requests.about(ids, person);
      unreadable += about.unreadable;
      for (const { id } of about.found) {
        const end = await requests.erase(id, by);
        pass.erased.requests += 1;
        if (end !== 'ended') pass[end] += 1;
      }
    }
    if (unreadable > 0) pass.remains.push(unreadableRequests(unreadable));
    if (index.retentionMs > 0) {
      const now = await ledger.clock.current();
      pass.erased.searchEntries += await index.forget(redis, person.terms, now);
    }
    await this.#inbox(person, pass);
    return pass;
  }

  /** Rows that cannot be decrypted must not keep the rest from being erased. */
  async #eraseRows(place: RowPlace, person: Person, pass: Pass): Promise<void> {
    const numbers: number[] = [];
    try {
      for await (const found of this.#rowsIn(place, person, true)) {
        if (found.kind === 'rows') numbers.push(...found.rows.map(({ number }) => number));
        pass.erased[found.kind === 'rows' ? 'campaignRows' : 'rejectedRows'] += found.rows.length;
      }
    } catch (error) {
      if (!(error instanceof UnreadableRowsError)) throw error;
      pass.remains.push(unreadableRows(place.campaignId));
    }
    if (numbers.length > 0) await this.#parts.prefetch.eraseRows(place.campaignId, numbers);
  }

  /** Removes jobs; answers where rows lie. */
  async #sources(person: Person, pass: Pass): Promise<RowPlace[]> {
    const { redis, prefix, queues } = this.#parts;
    const places: RowPlace[] = [];
    for await (const keys of scanKeys(redis, prefix)) {
      places.push(...keys.flatMap((key) => rowPlaceOf(key) ?? []));
      const jobs = keys.flatMap((key) => queueKeyOf(key) ?? []);
      for (const job of await queuedRequestsOf(redis, queues, jobs, person)) {
        if (await removeQueued(queues, job)) {
          pass.erased.queuedJobs += 1;
          continue;
        }
        pass.jobsInHand = true;
        pass.remains.push(jobInHand(job.queue));
      }
    }
    return places;
  }

  #rowsIn(place: RowPlace, person: Person, erase: boolean) {
    const isMeant = {
      row: ({ recipient }: NumberedRow['row']) => person.isRecipient(recipient),
      rejected: (cells: readonly string[]) => cells.some((cell) => person.isNamedIn(cell)),
    };
    return this.#parts.rows.find(place, isMeant, { erase });
  }

  async #noteUpload({ campaignId, upload, hash }: RowPlace, pass: Pass): Promise<void> {
    const campaign = await this.#parts.campaigns.get(campaignId);
    if (campaign?.upload === upload && hash === 'rows') {
      pass.remains.push(uploadUnderWay(campaignId));
    }
  }

  async #inbox(person: Person, pass: Pass): Promise<void> {
    const { inboxFolder } = this.#parts;
    if (inboxFolder === undefined) return;
    await removeUnfinished(inboxFolder, Date.now());
    for await (const { file, lines, isOver } of linesAbout(inboxFolder, person)) {
      if (!isOver) {
        pass.remains.push(fileOfInbox(file));
        continue;
      }
      await removeLines(inboxFolder, file, person);
      pass.erased.inboxLines += lines.length;
    }
  }

  async #export(person: Person): Promise<PersonExport> {
    const { redis, prefix, ledger, index, requests, queues, suppressions, inboxFolder } =
      this.#parts;
    const result: PersonExport = {
      addresses: person.addresses.map(({ address }) => address),
      notifications: [],
      campaignRows: [],
      rejectedRows: [],
      queuedJobs: [],
      suppressions: [],
      inboxLines: [],
      unreadable: 0,
    };
    const known = new Map<string, NotificationRequest | undefined>();
    for await (const keys of scanKeys(redis, prefix)) {
      const about = await requests.about(
        keys.flatMap((key) => requestIdOf(key) ?? []),
        person,
      );
      result.unreadable += about.unreadable;
      for (const { id, stored } of about.found) known.set(id, stored.request);
      const jobs = keys.flatMap((key) => queueKeyOf(key) ?? []);
      result.queuedJobs.push(...(await queuedRequestsOf(redis, queues, jobs, person)));
      for (const place of keys.flatMap((key) => rowPlaceOf(key) ?? [])) {
        await this.#exportRows(place, person, result);
      }
    }
    if (index.retentionMs > 0) {
      const now = await ledger.clock.current();
      for (const id of await index.find(redis, person.terms, now)) {
        if (!known.has(id)) known.set(id, undefined);
      }
    }
    for (const [id, request] of known) {
      const record = await ledger.read(id);
      const found = await requests.findings(id);
      if (record !== undefined) {
        result.notifications.push({ ...viewOf(record, request), request, found });
      }
    }
    for (const address of person.addresses) {
      const entry = await suppressions.find(address);
      if (entry !== undefined) result.suppressions.push({ address: address.address, ...entry });
    }
    if (inboxFolder !== undefined) {
      for await (const { file, lines } of linesAbout(inboxFolder, person)) {
        result.inboxLines.push({ file, lines });
      }
    }
    return result;
  }

  async #exportRows(place: RowPlace, person: Person, result: PersonExport): Promise<void> {
    const { campaignId } = place;
    for await (const found of this.#rowsIn(place, person, false)) {
      if (found.kind === 'rows') {
        for (const { number, row, own } of found.rows) {
          result.campaignRows.push({ campaignId, number, ...row, own });
        }
      } else {
        for (const { number, cells } of found.rows) {
          result.rejectedRows.push({ campaignId, number, cells });
        }
      }
    }
  }
}

const AGAIN = 'run the erasure again';

function jobInHand(queue: QueueName): Remains {
  return {
    what: `a job of the queue ${queue} that a worker has in hand`,
    todo: `${AGAIN} in a minute`,
  };
}

function uploadUnderWay(campaignId: string): Remains {
  return {
    what: `rows of campaign ${campaignId} that are being uploaded`,
    todo: `${AGAIN} once the upload has ended`,
  };
}

function fileOfInbox(file: string): Remains {
  return {
    what: `the file ${file} of the inbox, which is about to be imported`,
    todo: `take the person out of it, or ${AGAIN} once it was imported`,
  };
}

function unreadableRows(campaignId: string): Remains {
  return {
    what: `rows of campaign ${campaignId} that NOTIFIER_SECRET cannot decrypt`,
    todo: `give this process the key that encrypted them and ${AGAIN}; without it no one can read them`,
  };
}

function unreadableRequests(count: number): Remains {
  return {
    what: `${count} requests that NOTIFIER_SECRET cannot decrypt`,
    todo: `give this process the key that encrypted them and ${AGAIN}; without it no one can read them`,
  };
}
