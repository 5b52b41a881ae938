import type { Read } from './read.js';
import type { ReadTrouble } from './readFailure.js';

/**
 * What several ask for at the same time is looked up once. They share an answer, and a failure too,
 * but not what concerns the first of them alone: that its time is up or its worker stops.
 */
export class SingleFlight<T> {
  readonly #underway = new Map<string, Promise<Read<T>>>();

  async run(key: string, lookUp: () => Promise<Read<T>>): Promise<Read<T>> {
    for (;;) {
      const underway = this.#underway.get(key);
      if (underway === undefined) break;
      const read = await underway;
      if (read.ok || !concernsTheAskerAlone(read.trouble)) return read;
    }
    const lookup = lookUp().finally(() => this.#underway.delete(key));
    this.#underway.set(key, lookup);
    return lookup;
  }
}

function concernsTheAskerAlone({ kind }: ReadTrouble): boolean {
  return kind === 'past_deadline' || kind === 'stopping';
}
