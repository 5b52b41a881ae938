import type { Logger } from 'pino';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { LookupError } from '../history/lookupError.js';
import { recordNews, recordNoNews } from '../notification/answer.js';
import { awaitedLeg, hasOwnCheck } from '../notification/awaitedDelivery.js';
import { factsOf } from '../notification/channelFacts.js';
import type { Ledger } from '../notification/ledger.js';
import type { Leg, NotificationRecord } from '../notification/record.js';
import { type Queues, startJobNow } from '../queue/jobs.js';
import type { AddressFault, LearnedSuppressions } from '../suppression/learnedSuppressions.js';
import type { DeliveryIndex } from './deliveryIndex.js';
import { lookAt } from './deliveryLook.js';

export interface SuspectParts {
  ledger: Ledger;
  queues: Queues;
  index: DeliveryIndex;
  client: Pick<GenesysClient, 'getMessageDetails' | 'getEmailConversation'>;
  /** Whether a channel is left that was not tried. */
  hasNextChannel: (record: NotificationRecord) => Promise<boolean>;
  /** What is learned of an address stops further messages to it. */
  learned: Pick<LearnedSuppressions, 'suppress'>;
  log: Logger;
}

const AT_A_TIME = 10;
const LOOKED_AT_ONCE = 100;
const LOOK_AGAIN_AFTER_MS = 2_000;

/**
 * Looks at the messages that an event or a query for many says have not arrived. Where the platform
 * confirms it, the next channel is opened at once.
 *
 * The crash windows:
 *
 *   the process dies or freezes             | and then
 *   ----------------------------------------|---------------------------------------------------
 *   before the look, or before it is        | the id is still in the list: the process with
 *   recorded                                | the lease looks again
 *   after it is recorded, before the job is | the sweeper finds a job that waits for the time of
 *   started                                 | its check, or none, and starts it within seconds
 *   after an entry of the suppression list, | the id is still in the list: the process with the
 *   before its notification says so         | lease looks again, and adds the same entry
 *   frozen, and back when another has       | finds a record that is not `sent` any more, and
 *   recorded                                | writes nothing
 */
export class Suspects {
  readonly #parts: SuspectParts;

  constructor(parts: SuspectParts) {
    this.#parts = parts;
  }

  async lookAll(signal: AbortSignal): Promise<void> {
    const { index, ledger } = this.#parts;
    const turns = await index.undelivered(await ledger.clock.current(), LOOKED_AT_ONCE);
    for (let from = 0; from < turns.length && !signal.aborted; from += AT_A_TIME) {
      const some = turns.slice(from, from + AT_A_TIME);
      await Promise.all(some.map(({ id }) => this.#look(id, signal)));
    }
  }

  async #look(id: string, signal: AbortSignal): Promise<void> {
    const { index, ledger, client } = this.#parts;
    const record = await ledger.read(id);
    const leg = record === undefined ? undefined : awaitedLeg(record);
    if (record === undefined || leg === undefined) return index.looked(id);
    // From then on its own job looks: see `recordNews`.
    if (isLate(record, ledger.clock.now())) return index.looked(id);
    const correlation = { notificationId: id };
    const look = await lookAt(client, leg, {
      lane: record.lane,
      signal,
      spentFor: [record.campaignId],
      correlation,
    });
    switch (look.kind) {
      case 'failed':
        return this.#failed(record, leg, look.because);
      case 'delivered':
      case 'read':
        return this.#record(record, leg, look.kind);
      case 'not_final':
        return this.#nothingFound(record, leg);
      case 'error':
        return this.#notAnswered(record, leg, look.error);
      default:
        throw new Error(`unhandled look ${String(look satisfies never)}`);
    }
  }

  /** The entry first: see `LearnedSuppressions`. */
  async #failed(
    record: NotificationRecord,
    leg: Leg,
    because: AddressFault | undefined,
  ): Promise<void> {
    const { ledger, learned } = this.#parts;
    const { address: field } = factsOf(leg.channel);
    const recipient = because && (await ledger.readRequest(record.id))?.request.recipient;
    const address = recipient?.[field];
    const detail =
      because === undefined || address === undefined
        ? undefined
        : await learned.suppress({ field, address }, leg.channel, because);
    return this.#record(record, leg, 'failed', detail);
  }

  async #record(
    record: NotificationRecord,
    { messageId = '', channel }: Leg,
    delivery: 'failed' | 'delivered' | 'read',
    detail?: string,
  ): Promise<void> {
    const { ledger, queues, hasNextChannel, index, log } = this.#parts;
    const mayFallBack = delivery === 'failed' && (await hasNextChannel(record));
    const now = await ledger.clock.current();
    const news = { messageId, delivery, mayFallBack, detail };
    const result = await ledger.change(record.id, (current) => recordNews(current, news, now));
    if (result === undefined || result.kind === 'fenced') return index.looked(record.id);
    log.info({ notificationId: record.id, channel, delivery }, 'delivery found out');
    if (result.kind === 'undelivered') await startJobNow(queues, result.record, now);
  }

  /** A web message has its own check still to come; of an email or SMS nothing more is asked. */
  async #nothingFound(record: NotificationRecord, { messageId = '' }: Leg): Promise<void> {
    const { ledger, index } = this.#parts;
    if (hasOwnCheck(record)) return index.looked(record.id);
    const written = await ledger.change(record.id, (current) => recordNoNews(current, messageId));
    if (written !== true) await index.looked(record.id);
  }

  async #notAnswered(record: NotificationRecord, leg: Leg, error: LookupError): Promise<void> {
    const { ledger, index, log } = this.#parts;
    if (error.kind === 'stopping') return;
    if (error.kind === 'refused' || error.kind === 'hold') {
      log.warn(
        { notificationId: record.id, channel: leg.channel, error },
        'the platform refused to say if a message arrived',
      );
      return this.#nothingFound(record, leg);
    }
    const asked = 'retryAfterMs' in error ? (error.retryAfterMs ?? 0) : 0;
    await index.lookLater(record.id, ledger.clock.now() + Math.max(asked, LOOK_AGAIN_AFTER_MS));
  }
}

function isLate(record: NotificationRecord, now: number): boolean {
  return hasOwnCheck(record) && now >= (record.deliveryCheckAt ?? 0);
}
