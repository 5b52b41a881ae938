import { Readable } from 'node:stream';
import { Redis } from 'ioredis';
import type { Campaign, NumberedRow } from '../../../src/campaign/campaign.js';
import {
  type ImportOptions,
  type ImportResult,
  importRows,
} from '../../../src/campaign/import/importRows.js';
import type { NewCampaign } from '../../../src/campaign/lifecycle.js';
import { type RejectedRow, RowStore } from '../../../src/campaign/rowStore.js';
import { CampaignStore } from '../../../src/campaign/store.js';
import { Keyring } from '../../../src/notification/keyring.js';
import { RedisMemory } from '../../../src/redis/serverInfo.js';
import { TemplateCatalogue } from '../../../src/templates/catalogue.js';
import { flushPrefix, freshPrefix, testRedisUrl } from '../../support/redis.js';
import { publishTestTemplate } from '../../support/templates.js';

/** A deployment as far as importing needs one, with the templates `greeting` and `invitation`. */
export class Importing {
  readonly prefix = freshPrefix();
  readonly redis = new Redis(testRedisUrl());
  readonly campaigns = new CampaignStore(this.redis, this.prefix, { retentionMs: 1_000_000 });
  readonly rows = new RowStore(this.redis, this.prefix, Keyring.forDevelopment());
  readonly catalogue = new TemplateCatalogue(this.redis, this.prefix);
  readonly memory = new RedisMemory(this.redis);
  #created = 0;

  async open(): Promise<void> {
    await publishTestTemplate(this.redis, this.prefix);
  }

  async close(): Promise<void> {
    await flushPrefix(this.prefix);
    await this.redis.quit();
  }

  async campaign(changes: Partial<NewCampaign> = {}): Promise<Campaign> {
    this.#created += 1;
    const { campaign } = await this.campaigns.create({
      id: `c${this.#created}`,
      name: 'Spring sale',
      template: 'greeting',
      templateHash: 'hash-of-greeting',
      defaults: {},
      ...changes,
    });
    return campaign;
  }

  import(campaign: Campaign, source: Source, options: ImportOptions = {}): Promise<ImportResult> {
    const { campaigns, rows, catalogue, memory } = this;
    return importRows({ campaigns, rows, catalogue, memory }, campaign, readable(source), options);
  }

  /** All rows that are waiting, as the feeder will find them. */
  async stored({ id }: Campaign): Promise<NumberedRow[]> {
    const chunks = (await this.campaigns.get(id))?.import?.chunks ?? 0;
    const all: NumberedRow[] = [];
    for (let chunk = 0; chunk < chunks; chunk += 1) all.push(...(await this.rows.read(id, chunk)));
    return all;
  }

  async rejected({ id }: Campaign): Promise<RejectedRow[]> {
    const all: RejectedRow[] = [];
    for await (const rows of this.rows.rejected(id)) all.push(...rows);
    return all;
  }

  /** Keys of the campaign, without the prefix. */
  async keysOf({ id }: Campaign): Promise<string[]> {
    const { record } = this.campaigns.keys.of(id);
    const keys = await this.redis.keys(`${record.replace(/[{}]/g, '\\$&')}*`);
    return keys.map((key) => key.slice(record.length)).sort();
  }
}

type Source = string | Buffer | Readable;

function readable(source: Source): Readable {
  return source instanceof Readable ? source : Readable.from([Buffer.from(source)]);
}
