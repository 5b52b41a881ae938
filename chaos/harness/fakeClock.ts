import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const LIBRARY = 'faketime/libfaketimeMT.so.1';

/** The library that lies to a process about the time; undefined where it is not installed. */
export function fakeTimeLibrary(): string | undefined {
  const folders = ['/usr/lib', '/usr/local/lib'].flatMap((base) =>
    existsSync(base) ? [base, ...readdirSync(base).map((name) => path.join(base, name))] : [],
  );
  return folders.map((folder) => path.join(folder, LIBRARY)).find(existsSync);
}

/** A clock that a process is given, and that can be set wrong while it runs. */
export class FakeClock {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-clock-'));
  readonly #file = path.join(this.#folder, 'offset');

  constructor() {
    this.set(0);
  }

  /** The environment of a process that goes by it. */
  get env(): Record<string, string> {
    return {
      LD_PRELOAD: fakeTimeLibrary() ?? '',
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: '1',
      // Timers go by another clock, which no one sets.
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** How many seconds it is wrong from now on; up to a second passes until that is noticed. */
  set(seconds: number): void {
    writeFileSync(this.#file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
