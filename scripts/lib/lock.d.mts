export function withLock<T>(file: string, body: () => T | Promise<T>, waitMs?: number): Promise<T>;
