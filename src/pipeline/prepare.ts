import { LRUCache } from 'lru-cache';
import { extractHistory, type HistoryContext } from '../context/extractContext.js';
import type { SendPlan } from '../dispatch/dispatcher.js';
import type { Attempt, AttemptOutcome } from '../dispatch/jobAttempt.js';
import type { Identity } from '../history/identity.js';
import {
  addresseeOf,
  CustomerLookup,
  channelsFor,
  type Findings,
  factsFound,
  findingsOf,
  historySubject,
  isTooAmbiguous,
  type LookupParts,
  type Needs,
  needsOf,
  requiresHistory,
  searchSettings,
} from '../history/lookup.js';
import type { LookupCache } from '../history/lookupCache.js';
import { found, isLookupError, type Read } from '../history/lookupError.js';
import type { CheckpointStore } from '../notification/checkpoint.js';
import { triedChannels } from '../notification/record.js';
import type { NotificationRequest } from '../notification/request.js';
import type { Channel } from '../notification/state.js';
import type { StoredRequest } from '../notification/storedRequest.js';
import type { Policy } from '../policy/policy.js';
import { type PrefetchedRows, searchName } from '../prefetch/prefetchedRows.js';
import type { PrefetchedRow } from '../prefetch/prefetchStore.js';
import type { Consent } from '../suppression/consent.js';
import { consentAddresses } from '../suppression/consentIdentity.js';
import type { LearnedSuppressions } from '../suppression/learnedSuppressions.js';
import type { TemplateCatalogue } from '../templates/catalogue.js';
import {
  type CompiledTemplate,
  type CompileOptions,
  compileTemplate,
} from '../templates/compile.js';
import type { TemplateSource } from '../templates/manifest.js';

/** Compiled templates by the hash that was pinned at acceptance. */
export class TemplateStore {
  readonly #catalogue: TemplateCatalogue;
  readonly #options: CompileOptions;
  readonly #compiled = new LRUCache<string, CompiledTemplate>({ max: 200 });
  readonly #underway = new Map<string, Promise<CompiledTemplate | undefined>>();

  constructor(catalogue: TemplateCatalogue, options: CompileOptions = {}) {
    this.#catalogue = catalogue;
    this.#options = options;
  }

  /** Jobs that start at the same time share one compilation: it takes as long as ten notifications. */
  async get(hash: string): Promise<CompiledTemplate | undefined> {
    const known = this.#compiled.get(hash);
    if (known !== undefined) return known;
    const underway = this.#underway.get(hash);
    if (underway !== undefined) return underway;
    const compiling = this.#compile(hash).finally(() => this.#underway.delete(hash));
    this.#underway.set(hash, compiling);
    return compiling;
  }

  async #compile(hash: string): Promise<CompiledTemplate | undefined> {
    const content = await this.#catalogue.content(hash);
    if (content === undefined) return undefined;
    const template = compileTemplate(JSON.parse(content) as TemplateSource, this.#options);
    this.#compiled.set(hash, template);
    return template;
  }
}

export interface PreparationParts extends LookupParts {
  checkpoints: CheckpointStore<Findings>;
  /** By `historySubject`. */
  contexts: LookupCache<HistoryContext>;
  /** What was fetched in bulk for rows of campaigns; without, all of it is looked up. */
  prefetched?: PrefetchedRows;
  templates: TemplateStore;
  policy: Policy;
  consent: Consent;
  /** What is learned of an address stops further messages to it. */
  learned: Pick<LearnedSuppressions, 'suppress'>;
  defaultChannels: readonly Channel[];
}

export type Prepared = { ready: true; plan: SendPlan } | { ready: false; outcome: AttemptOutcome };

/**
 * Everything before a message can be rendered: request, template, policy, identity, history,
 * context. Reads only, so all of it may be repeated; what was found goes into the checkpoint.
 */
export class Preparation {
  readonly #parts: PreparationParts;
  readonly #lookup: CustomerLookup;

  constructor(parts: PreparationParts) {
    this.#parts = parts;
    this.#lookup = new CustomerLookup(parts);
  }

  /** @param checkpoint what an earlier attempt has found. */
  async run(
    attempt: Attempt,
    stored: StoredRequest | undefined,
    checkpoint: Findings | undefined,
  ): Promise<Prepared> {
    if (stored === undefined) return ended(await attempt.end('failed', 'request_gone'));
    const { request, templateHash } = stored;
    const template = await this.#parts.templates.get(templateHash);
    if (template === undefined) return ended(await attempt.end('failed', 'template_gone'));
    const channels = channelsFor(request, template, this.#parts.defaultChannels);
    const tried = triedChannels(attempt.record.legs, attempt.record.generation);
    const left = channels.filter((channel) => !tried.has(channel));
    // The first question, and the last before the look-ups cost requests; the script of the intent looks again.
    const { record } = attempt;
    const read = await this.#parts.consent.facts({
      ...record,
      addresses: consentAddresses(request, checkpoint),
    });
    const facts = { ...read, deadline: record.deadline, ...factsFound(checkpoint) };
    const verdict = this.#parts.policy(request, left, attempt.now(), facts);
    if (verdict.kind !== 'allow') return ended(await attempt.heldBack(verdict));

    if (checkpoint !== undefined) {
      return this.#ready(attempt, { request, template, channels, facts }, checkpoint);
    }

    const needs = needsOf(request, template, channels, this.#parts.extraNeeds);
    const required = requiresHistory(request, template, channels);
    const ahead = needs.identity ? await this.#prefetched(attempt, request, needs) : undefined;
    const identity =
      ahead?.identity === undefined
        ? await attempt.timed('identity', () =>
            this.#lookup.identity(request, needs, attempt.callOptions()),
          )
        : found(ahead.identity);
    const who = await this.#orWithout<Identity>(attempt, required, identity, {});
    if (!who.ok) return ended(who.outcome);
    if (isTooAmbiguous(who.value, request, { needs, required, channels })) {
      return ended(await attempt.end('skipped', 'ambiguous_contact'));
    }

    const history = await this.#history(attempt, request, who.value, needs, ahead);
    const past = await this.#orWithout(attempt, required, history, extractHistory([]));
    if (!past.ok) return ended(past.outcome);
    if (!past.value.hasHistory && required) {
      return ended(await attempt.end('skipped', 'no_history'));
    }
    if (past.value.optedOut) return ended(await this.#optedOut(attempt, who.value));
    const findings = findingsOf(request, who.value, past.value);
    // Sent together; Redis takes the commands of a connection in order, so the record is read last.
    const [, stillHolds] = await Promise.all([
      this.#parts.checkpoints.save(attempt.id, findings),
      attempt.stillHolds(),
    ]);
    if (!stillHolds) {
      // It was settled while we looked: what was found must not outlive it.
      await this.#parts.checkpoints.drop(attempt.id);
      return ended(await attempt.fencedOff());
    }
    const learned = factsFound(findings);
    const all = { ...facts, ...learned };
    // Only what was found can have changed what the policy says.
    if (Object.values(learned).some((fact) => fact !== undefined)) {
      const final = this.#parts.policy(request, left, attempt.now(), all);
      if (final.kind !== 'allow') return ended(await attempt.heldBack(final));
    }
    return this.#ready(attempt, { request, template, channels, facts: all }, findings);
  }

  /** The same that the lookups would have found, as far as it was fetched before the row's turn. */
  async #prefetched(
    attempt: Attempt,
    request: NotificationRequest,
    needs: Needs,
  ): Promise<PrefetchedRow | undefined> {
    const settings = searchSettings(request, needs, this.#parts);
    return this.#parts.prefetched?.of(attempt.record, searchName(settings));
  }

  /** What is known of the customer's history: prefetched, remembered, or read and made sense of. */
  async #history(
    attempt: Attempt,
    request: NotificationRequest,
    identity: Identity,
    needs: Needs,
    ahead: PrefetchedRow | undefined,
  ): Promise<Read<HistoryContext>> {
    const search = this.#lookup.historySearch(request, identity, needs);
    if (search === undefined) return found(extractHistory([]));
    if (ahead?.history !== undefined) {
      const { history } = ahead;
      return attempt.timed('history', () =>
        this.#lookup.completed(history, search, attempt.callOptions()),
      );
    }
    const { contexts } = this.#parts;
    const known = await contexts.load(historySubject(search));
    if (known !== undefined) return found(known);
    const history = await attempt.timed('history', () =>
      this.#lookup.history({ ...search, known: ahead?.conversations }, attempt.callOptions()),
    );
    if (!history.ok) return history;
    const context = await attempt.timed('context', () => extractHistory(history.value));
    if (context.hasHistory) contexts.saveFound(historySubject(search), context);
    else contexts.saveNothing(historySubject(search), context);
    return found(context);
  }

  /** What they wrote stands in a conversation of web messages; it is forgotten there one day, and here it is not. */
  async #optedOut(attempt: Attempt, { externalContactId }: Identity): Promise<AttemptOutcome> {
    const address = externalContactId && {
      field: 'externalContactId' as const,
      address: externalContactId,
    };
    const detail = address
      ? await this.#parts.learned.suppress(address, 'web', 'opted_out')
      : undefined;
    return attempt.end('skipped', 'opted_out', detail);
  }

  async #ready(
    attempt: Attempt,
    known: Pick<SendPlan, 'request' | 'template' | 'channels' | 'facts'>,
    findings: Findings,
  ): Promise<Prepared> {
    await attempt.emit('context_ready');
    const { context } = findings;
    const to = addresseeOf(known.request, findings);
    const addresses = consentAddresses(known.request, findings);
    return { ready: true, plan: { ...known, context, to, addresses } };
  }

  /**
   * A lookup's value, or the end of the attempt. Where the message does not need a history, it is
   * sent without one: when the lookup is refused, or has failed until the last attempt.
   */
  async #orWithout<T>(
    attempt: Attempt,
    required: boolean,
    read: Read<T>,
    nothing: T,
  ): Promise<{ ok: true; value: T } | { ok: false; outcome: AttemptOutcome }> {
    if (read.ok) return read;
    const { error } = read;
    attempt.log[isLookupError(error) ? 'warn' : 'debug']({ error }, 'lookup failed');
    const hopeless =
      error.kind === 'refused' ||
      (error.kind === 'try_later' && error.usesAttempt && attempt.isLast);
    if (hopeless && !required) return { ok: true, value: nothing };
    const outcome =
      error.kind === 'refused'
        ? await attempt.end('failed', error.reason, error.detail)
        : await attempt.afterLookupError(error);
    return { ok: false, outcome };
  }
}

function ended(outcome: AttemptOutcome): Prepared {
  return { ready: false, outcome };
}
