/** How many jobs of a kind, or files, are kept; the oldest go first, or a load test fills the memory. */
const JOB_LIMIT = 1000;
const FILE_LIMIT = 200_000;

/** The newest things of a kind, by id. */
export class Store<T> {
  readonly #items = new Map<string, T>();

  constructor(private readonly limit = JOB_LIMIT) {}

  add(id: string, item: T): void {
    this.#items.set(id, item);
    if (this.#items.size <= this.limit) return;
    for (const oldest of this.#items.keys()) {
      this.#items.delete(oldest);
      return;
    }
  }

  get(id: string): T | undefined {
    return this.#items.get(id);
  }

  list(): T[] {
    return [...this.#items.values()];
  }

  clear(): void {
    this.#items.clear();
  }
}

export function fileStore<T>(): Store<T> {
  return new Store(FILE_LIMIT);
}
