import type { ImportProgress } from '../../campaign/importRows.js';
import { LiveLines, type Terminal, tinted } from '../terminal.js';
import { bar, bytes, counted, percent, whole } from './figures.js';

const LOG_EVERY_MS = 5_000;

/** Shows how far an import is: a bar on a terminal, a line now and then elsewhere. */
export class ImportDisplay {
  readonly #to: Terminal;
  readonly #size: number | undefined;
  readonly #lines: LiveLines;
  #logDue: number;

  /** `size` is the file's; a pipe has none. */
  constructor(to: Terminal, size: number | undefined) {
    this.#to = to;
    this.#size = size;
    this.#lines = new LiveLines(to);
    this.#logDue = Date.now() + LOG_EVERY_MS;
  }

  show(progress: ImportProgress): void {
    if (this.#to.live) {
      this.#lines.draw([`Importing ${this.#far(progress)}  ${figures(progress)}`]);
      return;
    }
    const now = Date.now();
    if (now < this.#logDue) return;
    this.#logDue = now + LOG_EVERY_MS;
    const share = this.#share(progress);
    const far = share === undefined ? bytes(progress.bytes) : percent(share);
    this.#to.write(`${new Date(now).toISOString()} importing: ${far}, ${figures(progress)}\n`);
  }

  /** Takes the bar away: what follows says how it ended. */
  end(): void {
    if (this.#to.live) this.#lines.clear();
  }

  #share({ bytes: read }: ImportProgress): number | undefined {
    return this.#size === undefined || this.#size === 0 ? undefined : read / this.#size;
  }

  #far(progress: ImportProgress): string {
    const share = this.#share(progress);
    if (share === undefined) return bytes(progress.bytes);
    const width = Math.max(8, Math.min(30, this.#to.columns() - 56));
    return `${tinted('good', bar(share, width, this.#to), this.#to)} ${percent(share).padStart(5)}`;
  }
}

function figures({ rows, rejected, duplicates }: ImportProgress): string {
  const parts = [
    counted(rows, 'row'),
    rejected > 0 && `${whole(rejected)} rejected`,
    duplicates > 0 && counted(duplicates, 'duplicate'),
  ];
  return parts.filter((part) => part !== false).join(', ');
}
