import { LRUCache } from 'lru-cache';
import { totalOf } from '../../notification/requestCost.js';
import { type Campaign, isPrefetched } from '../campaign.js';
import { rowRequest, type StoredRows } from '../campaignRows.js';
import type { RowCost } from '../rowCost.js';
import type { DeploymentEstimates } from './forecast.js';

/** Campaigns whose estimates are at hand: a status is asked for again and again. */
const REMEMBERED = 200;

/**
 * What a row of a campaign is expected to cost while too few had their turn: what earlier campaigns of
 * its kind have really spent, else by the table, of the first stored rows of its file.
 */
export class ExpectedRowCost {
  readonly #estimates: Pick<DeploymentEstimates, 'estimateFor'>;
  readonly #rows: StoredRows;
  readonly #byTable = new LRUCache<string, number>({ max: REMEMBERED });

  constructor(estimates: Pick<DeploymentEstimates, 'estimateFor'>, rows: StoredRows) {
    this.#estimates = estimates;
    this.#rows = rows;
  }

  /** Undefined when its template is not known any more, or it has no rows. */
  async of(campaign: Campaign): Promise<RowCost | undefined> {
    const { id, import: imported } = campaign;
    if (imported === undefined) return undefined;
    const estimate = await this.#estimates.estimateFor(campaign);
    if (estimate === undefined || estimate.earlier !== undefined) return estimate?.earlier;
    const key = [id, imported.finishedAt, estimate.template.hash].join();
    let own = this.#byTable.get(key);
    if (own === undefined) {
      const rows = await this.#rows.read(id, 0);
      if (rows.length === 0) return undefined;
      const costs = rows.map(({ row }) =>
        totalOf(estimate.outlook(rowRequest(campaign, row)).cost),
      );
      own = costs.reduce((sum, cost) => sum + cost, 0) / rows.length;
      this.#byTable.set(key, own);
    }
    const basis = { kind: 'table' as const, isPrefetched: isPrefetched(campaign) };
    return { own, ahead: 0, basis };
  }
}
