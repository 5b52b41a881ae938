import { LRUCache } from 'lru-cache';
import { totalOf } from '../../notification/requestCost.js';
import { NO_FACTS } from '../../policy/rule.js';
import { type Campaign, isPrefetched } from '../campaign.js';
import { rowRequest, type StoredRows } from '../campaignRows.js';
import type { RowCost } from '../rowCost.js';
import type { CustomerEstimate, DeploymentEstimates } from './forecast.js';

/** Campaigns whose estimates are at hand: a status is asked for again and again. */
const REMEMBERED = 200;

/**
 * What a row of a campaign is expected to cost while too few had their turn: what earlier campaigns of
 * its kind have really spent, else by the table, of the first stored rows of its file.
 *
 * It is found out apart from being read. Compiling a template takes time of this process, and a call
 * that waits for Redis with a limit must not spend it on that.
 */
export class ExpectedRowCost {
  readonly #estimates: Pick<DeploymentEstimates, 'estimateFor'>;
  readonly #rows: StoredRows;
  readonly #byTable = new LRUCache<string, number>({ max: REMEMBERED });
  readonly #known = new LRUCache<string, RowCost>({ max: REMEMBERED });

  constructor(estimates: Pick<DeploymentEstimates, 'estimateFor'>, rows: StoredRows) {
    this.#estimates = estimates;
    this.#rows = rows;
  }

  /** As it was found out last; undefined where it was not, or its template is not known any more. */
  of(campaign: Campaign): RowCost | undefined {
    return this.#known.get(uploadOf(campaign));
  }

  async findOut(campaign: Campaign): Promise<void> {
    if (campaign.import === undefined) return;
    // One that runs is watched closely, and its own rows soon say more.
    if (campaign.state === 'running' && this.#known.has(uploadOf(campaign))) return;
    const estimate = await this.#estimates.estimateFor(campaign);
    const cost = estimate && (estimate.earlier ?? (await this.#tabled(campaign, estimate)));
    if (cost === undefined) this.#known.delete(uploadOf(campaign));
    else this.#known.set(uploadOf(campaign), cost);
  }

  async #tabled(campaign: Campaign, estimate: CustomerEstimate): Promise<RowCost | undefined> {
    const key = `${uploadOf(campaign)} ${estimate.template.hash}`;
    let own = this.#byTable.get(key);
    if (own === undefined) {
      const rows = await this.#rows.read(campaign.id, 0);
      if (rows.length === 0) return undefined;
      const costs = rows.map(({ row }) =>
        totalOf(estimate.outlook(rowRequest(campaign, row), NO_FACTS).cost),
      );
      own = costs.reduce((sum, cost) => sum + cost, 0) / rows.length;
      this.#byTable.set(key, own);
    }
    const basis = { kind: 'table' as const, isPrefetched: isPrefetched(campaign) };
    return { own, ahead: 0, basis };
  }
}

function uploadOf({ id, createdAt, import: imported }: Campaign): string {
  return [id, createdAt, imported?.finishedAt].join();
}
