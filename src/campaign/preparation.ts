import type { Caller } from '../audit/auditCaller.js';
import type { AuditLog } from '../audit/auditLog.js';
import type { CountryCode } from '../notification/phoneNumber.js';
import type { Channel } from '../notification/state.js';
import { NO_FACTS } from '../policy/rule.js';
import type { Acceptor } from '../queue/acceptor.js';
import { untilConnected, withTimeout } from '../queue/timeout.js';
import type { RedisClient } from '../redis/redisClient.js';
import type { TemplateCatalogue, TemplateEntry } from '../templates/catalogue.js';
import { EXAMPLE_UNSUBSCRIBE_URL, exampleContext } from '../templates/contextVariables.js';
import { checkVariables, type TemplateVariables, withoutRequiring } from '../templates/manifest.js';
import type { RenderResult } from '../templates/templateParts.js';
import type { Campaign } from './campaign.js';
import { rowRequest } from './campaignRows.js';
import type { DeploymentEstimates } from './dryRun/forecast.js';
import { type Sample, sampleOf } from './dryRun/samples.js';
import { findRow } from './findRow.js';
import { type FileHead, type FilePreview, previewFile } from './import/filePreview.js';
import type { RowStore } from './rowStore.js';
import type { CampaignStore } from './store.js';
import { type TestSend, type TestSendOutcome, testRequest } from './testSend.js';
import { endlessEmails, withoutLink } from './unsubscribeCheck.js';

interface PreparationParts {
  redis: RedisClient;
  store: CampaignStore;
  rows: RowStore;
  catalogue: TemplateCatalogue;
  acceptor: Pick<Acceptor, 'acceptAll'>;
  estimates: DeploymentEstimates;
  audit: Pick<AuditLog, 'begin' | 'follow'>;
  country?: CountryCode | undefined;
  asksForLink: boolean;
}

/** How a template looks before there is a campaign: for an invented customer, on every channel it has. */
export interface TemplateLook {
  channel: Channel;
  rendered: RenderResult;
}

/** What people look at and try before they start a campaign. Nothing of it changes the campaign. */
export class CampaignPreparation {
  readonly #parts: PreparationParts;

  constructor(parts: PreparationParts) {
    this.#parts = parts;
  }

  /** The templates there are, by name. @throws RedisUnavailableError, as all of these */
  async templates(): Promise<TemplateEntry[]> {
    const { catalogue } = this.#parts;
    return this.#patiently(async () => {
      const names = await catalogue.names();
      const entries = await Promise.all(names.map((name) => catalogue.find(name)));
      return entries.filter((entry) => entry !== undefined);
    });
  }

  /**
   * A template as an invented customer would get it, with these variables and the examples of the others. Values
   * that the template refuses are passed over: the form names them. Undefined when it is not known.
   */
  async look(name: string, given: TemplateVariables): Promise<TemplateLook[] | undefined> {
    const { catalogue, estimates } = this.#parts;
    return this.#patiently(async () => {
      const entry = await catalogue.find(name);
      const estimate = entry && (await estimates.estimateFor(draftOf(entry)));
      if (entry === undefined || estimate === undefined) return undefined;
      const { template } = estimate;
      const variables = { ...examplesOf(entry), ...usable(entry, given) };
      const values = {
        context: exampleContext(true),
        variables,
        unsubscribeUrl: EXAMPLE_UNSUBSCRIBE_URL,
      };
      return template.channels.map((channel) => ({
        channel,
        rendered: template.render(channel, values),
      }));
    });
  }

  /** Why it starts only with a reason, for emails without a link to unsubscribe; undefined where it needs none. */
  async wantsReason(id: string): Promise<string | undefined> {
    const campaign = await this.#find(id);
    if (campaign === undefined || campaign.noUnsubscribe !== undefined) return undefined;
    const { catalogue } = this.#parts;
    const entry = await this.#patiently(() => catalogue.find(campaign.template));
    const endless = endlessEmails(campaign, entry, this.#parts);
    return endless.length === 0 ? undefined : withoutLink(campaign.template, endless);
  }

  /** The first piece of a file, read as its import would read it. */
  async preview(id: string, head: FileHead): Promise<FilePreview | undefined> {
    const { catalogue, store, country } = this.#parts;
    const campaign = await this.#find(id);
    if (campaign === undefined) return undefined;
    const entry = await this.#patiently(() => catalogue.find(campaign.template));
    if (entry === undefined) {
      const expected = `a template that exists; ${campaign.template} is not known any more`;
      return { columns: [], problems: [{ expected }] };
    }
    return previewFile(campaign, head, { entry, now: store.clock.now(), country });
  }

  /** One row as its message would arrive; undefined where there is no such row, or no template any more. */
  async sample(id: string, row: number): Promise<Sample | undefined> {
    const { rows, estimates } = this.#parts;
    const campaign = await this.#find(id);
    if (campaign === undefined) return undefined;
    return this.#patiently(async () => {
      const found = await findRow(rows, campaign, row);
      const estimate = await estimates.estimateFor(campaign);
      if (found === undefined || estimate === undefined) return undefined;
      const request = rowRequest(campaign, found.row);
      const [facts = NO_FACTS] = await estimate.factsOf([request]);
      return sampleOf(estimate, [], { row, request, outlook: estimate.outlook(request, facts) });
    });
  }

  /** Sends the message of one row to another address: a notification of its own. */
  async testSend(
    id: string,
    { by, ...test }: TestSend & { by?: Caller },
  ): Promise<TestSendOutcome | undefined> {
    const { rows, acceptor, audit } = this.#parts;
    const campaign = await this.#find(id);
    if (campaign === undefined) return undefined;
    const found = await this.#patiently(() => findRow(rows, campaign, test.row));
    if (found === undefined) return { kind: 'no_row' };
    const act = { what: 'campaign.test', on: id, detail: `row ${found.number}` } as const;
    const begun = await this.#patiently(() => audit.begin(by, act));
    const ask = () => acceptor.acceptAll([testRequest(campaign, found, test)], by?.name);
    const [result] = await audit.follow(begun, ask, ([asked]) =>
      asked?.status === 'accepted'
        ? { outcome: 'done', detail: asked.record.id }
        : { outcome: 'refused', detail: asked?.status },
    );
    if (result === undefined) throw new Error('no result for one request');
    return { kind: 'asked', result };
  }

  #find(id: string): Promise<Campaign | undefined> {
    const { store } = this.#parts;
    return this.#patiently(async () => {
      await store.clock.current();
      return store.get(id);
    });
  }

  #patiently<T>(work: () => Promise<T>): Promise<T> {
    return withTimeout(untilConnected(this.#parts.redis).then(work));
  }
}

/** A campaign as far as what is known of a template depends on one. */
function draftOf({ name, hash }: TemplateEntry): Campaign {
  return {
    id: 'draft',
    name: 'draft',
    state: 'importing',
    template: name,
    templateHash: hash,
    defaults: {},
    createdAt: 0,
    updatedAt: 0,
  };
}

function examplesOf({ manifest }: TemplateEntry): TemplateVariables {
  const examples = Object.entries(manifest.variables).map(([name, { example }]) => [name, example]);
  return Object.fromEntries(examples) as TemplateVariables;
}

function usable({ manifest }: TemplateEntry, given: TemplateVariables): TemplateVariables {
  const relaxed = withoutRequiring(manifest, Object.keys(manifest.variables));
  const sound = Object.entries(given).filter(
    ([name, value]) => checkVariables(relaxed, { [name]: value }).length === 0,
  );
  return Object.fromEntries(sound);
}
