import { v7 as uuidv7 } from 'uuid';
import { parseRequest } from '../notification/request.js';
import type { Acceptor, AcceptResult } from '../queue/acceptor.js';
import type { Standing } from './standing.js';

/**
 * Takes requests in once Redis has been found fit to hold them. Until then a wrong request is still
 * told so, and a right one to come back: without our templates in Redis, it would look wrong.
 */
export class Intake {
  readonly #acceptor: Acceptor;
  readonly #standing: () => Standing;

  constructor(acceptor: Acceptor, standing: () => Standing) {
    this.#acceptor = acceptor;
    this.#standing = standing;
  }

  /** Results in the order of the inputs; `by` is the caller's name for the timeline. */
  async acceptAll(inputs: readonly unknown[], by: string | undefined): Promise<AcceptResult[]> {
    if (this.#standing().kind === 'ready') return this.#acceptor.acceptAll(inputs, by);
    return inputs.map(toComeBack);
  }
}

function toComeBack(input: unknown): AcceptResult {
  const parsed = parseRequest(input, Date.now());
  if (!parsed.ok) return { status: 'invalid', problems: parsed.problems };
  return { status: 'unavailable', id: parsed.request.id ?? uuidv7() };
}
