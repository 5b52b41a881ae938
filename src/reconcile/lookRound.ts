import type { CallFailure, CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import { classifyRead, type LookupError } from '../history/lookupError.js';
import type { Snapshot } from '../notification/codec.js';
import type { Ledger } from '../notification/ledger.js';
import { isLastLook, type LegFinding, type Look } from '../notification/reconciling.js';
import { unknownLegs } from '../notification/record.js';
import { CHANNELS, type Channel } from '../notification/state.js';
import type { StoredRequest } from '../notification/storedRequest.js';
import { type ContentAgainParts, contentAgain } from './contentAgain.js';
import { type JudgeParts, judgeTarget } from './judgeTarget.js';
import { type LookTarget, type TargetParts, targetOf, withMergedContacts } from './lookTarget.js';
import { type SearchEnd, searchSent } from './sentConversations.js';
import { SentMessages, type SentMessagesClient } from './sentMessages.js';
import { Candidates } from './sentQuery.js';
import type { Witnesses } from './witnesses.js';

/** A notification whose look is due, and what it was accepted with. */
export interface DueLook {
  snapshot: Snapshot;
  stored: StoredRequest;
}

export type LookEnd =
  | { kind: 'looked'; due: DueLook; look: Omit<Look, 'policy'> }
  /** The platform did not answer all that was asked: the look is still to be made. */
  | { kind: 'not_answered'; due: DueLook; error: LookupError };

export interface RoundParts extends TargetParts, ContentAgainParts, Omit<JudgeParts, 'sent'> {
  ledger: Ledger;
  client: Pick<GenesysClient, 'queryDeliveries' | 'resolveContacts'> & SentMessagesClient;
  witnesses: Witnesses;
  /** `RECONCILE_AFTER` (ms). */
  delays: readonly number[];
}

/** Genesys documents no limit for the predicates of a filter; one that is refused is halved. */
const MOST_TOGETHER = 50;
const FEWEST_TOGETHER = 5;
const JUDGED_AT_ONCE = 5;
/** Statistics are expected to have caught up by then; else it is asked again. */
const LISTED_WITHIN_MS = 60_000;
const PAGES_SHIFTED: LookupError = {
  kind: 'try_later',
  reason: 'pages_shifted',
  usesAttempt: false,
};

/** How many may be asked about in one query; the platform has refused more. */
export class QuerySize {
  #size = MOST_TOGETHER;

  get current(): number {
    return this.#size;
  }

  /** Whether fewer are worth trying after this failure of a query for so many. */
  halved(asked: number, failure: CallFailure): boolean {
    const isTooMany = failure.kind === 'http' && failure.status === 400;
    if (!isTooMany || asked <= FEWEST_TOGETHER) return false;
    this.#size = Math.ceil(asked / 2);
    return true;
  }
}

/**
 * One round of looks: asks about many notifications with as few requests as it takes, and says of each what was found.
 * It writes nothing but claims, so it may be broken off anywhere.
 */
export class LookRound {
  readonly #parts: RoundParts;
  readonly #size: QuerySize;
  readonly #options: CallOptions;
  readonly #sent: SentMessages;
  readonly #askedAt: number;
  readonly #findings = new Map<string, Look['findings'][number][]>();
  readonly #errors = new Map<string, LookupError>();
  /** Those whose last look this is. */
  readonly #last = new Set<string>();

  constructor(parts: RoundParts, size: QuerySize, askedAt: number, options: CallOptions) {
    this.#parts = parts;
    this.#size = size;
    this.#askedAt = askedAt;
    this.#options = options;
    this.#sent = new SentMessages(parts.client, options);
  }

  async run(all: readonly DueLook[]): Promise<LookEnd[]> {
    const targets = await this.#targets(all);
    for (const channel of CHANNELS) {
      const ofChannel = targets.filter(({ leg }) => leg.channel === channel);
      for (let from = 0; from < ofChannel.length; ) {
        const some = ofChannel.slice(from, from + this.#size.current);
        const end = await searchSent(
          this.#parts.client,
          channel,
          some,
          this.#askedAt,
          this.#options,
        );
        if (end.kind === 'failed' && this.#size.halved(some.length, end.failure)) continue;
        await this.#judgeAll(some, end);
        from += some.length;
      }
      await this.#doubtIfUnseen(channel, ofChannel);
    }
    return all.map((due) => this.#endOf(due));
  }

  /** Where to look for each leg; those for which there is nowhere to look are in doubt. */
  async #targets(all: readonly DueLook[]): Promise<LookTarget[]> {
    const targets: LookTarget[] = [];
    for (const { snapshot, stored } of all) {
      const { id, legs, looks } = snapshot.record;
      if (looks !== undefined && isLastLook(looks, this.#askedAt, this.#parts.delays)) {
        this.#last.add(id);
      }
      for (const unknown of unknownLegs(legs)) {
        const contentHash =
          unknown.contentHash ?? (await contentAgain(this.#parts, id, unknown.channel, stored));
        const leg = { ...unknown, contentHash };
        const where = { id, leg };
        const target = await targetOf(this.#parts, where, stored.request, this.#options);
        if (!target.ok) this.#errors.set(id, target.error);
        else if (target.value === undefined) this.#note(where, { kind: 'ambiguous' });
        else targets.push(target.value);
      }
    }
    const final = targets.filter(({ id }) => this.#isLast(id));
    const merged = await withMergedContacts(this.#parts, final, this.#options);
    if (!merged.ok) for (const { id } of final) this.#errors.set(id, merged.error);
    return [...targets.filter(({ id }) => !this.#isLast(id)), ...(merged.ok ? merged.value : [])];
  }

  async #judgeAll(targets: readonly LookTarget[], end: SearchEnd): Promise<void> {
    if (end.kind !== 'answered') {
      const error = end.kind === 'failed' ? classifyRead(end.failure) : PAGES_SHIFTED;
      for (const { id } of targets) this.#errors.set(id, error);
      return;
    }
    const candidates = new Candidates(end.conversations, targets);
    for (let from = 0; from < targets.length; from += JUDGED_AT_ONCE) {
      const some = targets.slice(from, from + JUDGED_AT_ONCE);
      await Promise.all(
        some.map(async (target) => {
          const parts = { ...this.#parts, sent: this.#sent };
          const judged = await judgeTarget(parts, target, candidates, this.#askedAt);
          if (judged.ok) this.#note(target, judged.value);
          else this.#errors.set(target.id, judged.error);
        }),
      );
    }
  }

  /** A platform that does not list what it has surely taken since does not know of these either. */
  async #doubtIfUnseen(channel: Channel, targets: readonly LookTarget[]): Promise<void> {
    const missing = targets.filter(({ id, leg }) =>
      this.#findings
        .get(id)
        ?.some((each) => each.leg === leg && each.finding.kind === 'not_there' && this.#isLast(id)),
    );
    if (missing.length === 0) return;
    const since = Math.max(...missing.map(({ leg }) => leg.sendBy));
    const seen = await this.#parts.witnesses.areListed(
      channel,
      since,
      this.#askedAt,
      this.#options,
    );
    if (seen.ok && seen.value) return;
    const retryAfterMs = Math.min(LISTED_WITHIN_MS, this.#parts.delays.at(-1) ?? LISTED_WITHIN_MS);
    const unseen: LookupError = {
      ...{ kind: 'try_later', reason: 'own_messages_not_listed' },
      ...{ retryAfterMs, usesAttempt: false },
    };
    for (const { id } of missing) this.#errors.set(id, seen.ok ? unseen : seen.error);
  }

  #isLast(id: string): boolean {
    return this.#last.has(id);
  }

  #note({ id, leg }: Pick<LookTarget, 'id' | 'leg'>, finding: LegFinding): void {
    const known = this.#findings.get(id) ?? [];
    this.#findings.set(id, [...known, { leg, finding }]);
  }

  /** What was found counts, whatever else was not answered. */
  #endOf(due: DueLook): LookEnd {
    const { id, looks } = due.snapshot.record;
    const findings = this.#findings.get(id) ?? [];
    const error = this.#errors.get(id);
    const isFound = findings.some(({ finding }) => finding.kind === 'found');
    if (error !== undefined && !isFound) return { kind: 'not_answered', due, error };
    return {
      kind: 'looked',
      due,
      look: { askedAt: this.#askedAt, made: looks?.made ?? 0, findings },
    };
  }
}
