import { createHash } from 'node:crypto';
import type { TemplateManifest } from './manifest.js';
import type { PartName } from './parts.js';

/**
 * A template as it was read: plain JSON, so that a notification can be rendered with exactly the
 * content that was pinned when it was accepted, whatever has been deployed since.
 */
export interface TemplateSource {
  name: string;
  /** SHA-256 (hex) over the names and contents of all the template's files. */
  hash: string;
  manifest: TemplateManifest;
  parts: Partial<Record<PartName, string>>;
}

/** The hash does not depend on the order in which the files were listed. */
export function contentHash(files: ReadonlyMap<string, string>): string {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}
