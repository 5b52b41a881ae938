import type { Answer } from '../answer.js';
import type { FaultKind } from '../faults.js';
import type { World } from '../state.js';

/** A request that was let in: authenticated, within the limit, permitted. */
export interface Call {
  body: unknown;
  /** The OAuth client that asks. */
  client: string;
  /** `host:port` as the caller reached the sandbox; addresses that an answer names start with it. */
  host: string;
  /** The path parameter of the endpoints that have one, else empty. */
  id: string;
  /** The second path parameter of the one endpoint that has two, else empty. */
  messageId: string;
  query: Readonly<Record<string, unknown>>;
  useNormalizedMessage: boolean;
  /** The fault that the request met. */
  fault: FaultKind | null;
}

export type Handler = (world: World, call: Call) => Answer;
