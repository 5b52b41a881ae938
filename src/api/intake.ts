import { v7 as uuidv7 } from 'uuid';
import type { CountryCode } from '../notification/country.js';
import type { RedisFault } from '../notification/redisFault.js';
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
  readonly #now: () => number | undefined;

  /** `now` is Redis' time, as far as it is known. */
  constructor(acceptor: Acceptor, standing: () => Standing, now: () => number | undefined) {
    this.#now = now;
    this.#acceptor = acceptor;
    this.#standing = standing;
  }

  get now(): number | undefined {
    return this.#now();
  }

  /** Where phone numbers without a country code are dialled. */
  get country(): CountryCode | undefined {
    return this.#acceptor.country;
  }

  /** Results in the order of the inputs; `by` is the caller's name for the timeline. */
  async acceptAll(inputs: readonly unknown[], by: string | undefined): Promise<AcceptResult[]> {
    if (this.#standing().kind === 'ready') return this.#acceptor.acceptAll(inputs, by);
    const stands = this.#standing();
    const fault: RedisFault =
      stands.kind === 'pending' && stands.fault !== undefined ? stands.fault : { kind: 'away' };
    return inputs.map((input) =>
      toComeBack(input, { now: this.#now(), fault, country: this.country }),
    );
  }
}

function toComeBack(
  input: unknown,
  given: { now: number | undefined; fault: RedisFault; country: CountryCode | undefined },
): AcceptResult {
  const { now, fault, country } = given;
  const parsed = parseRequest(input, now, country);
  if (!parsed.ok) return { status: 'invalid', problems: parsed.problems };
  return { status: 'unavailable', id: parsed.request.id ?? uuidv7(), fault };
}
