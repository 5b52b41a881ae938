import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';

const Limit = z.object({
  namespace: z.string().optional().catch(undefined),
  key: z.string(),
  value: z.number(),
});

const LimitListing = z.object({ entities: z.array(Limit).default([]) });

/** Genesys: Limit. One that holds for this organisation, its own exceptions included. */
export interface PlatformLimit {
  namespace: string;
  key: string;
  value: number;
}

export class Limits {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** @param namespace `platform.api`, `analytics`, `external.contacts`, `recording`, … */
  async ofNamespace(namespace: string, options: CallOptions): Promise<CallResult<PlatformLimit[]>> {
    const result = await this.#caller.read('limits', options, {
      answer: LimitListing,
      isAbout: ({ entities }) =>
        entities.every((limit) => (limit.namespace ?? namespace) === namespace),
      run: ({ sdk }) => sdk.organization.getOrganizationsLimitsNamespace(namespace),
    });
    if (!result.ok) return result;
    return { ...result, data: result.data.entities.map((limit) => ({ ...limit, namespace })) };
  }
}
