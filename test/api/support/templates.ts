import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SHIPPED = fileURLToPath(new URL('../../../templates', import.meta.url));

/** The shipped templates and one that has a part for SMS only, in a folder of their own. */
export function templatesWithSmsOnly(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'templates-'));
  cpSync(SHIPPED, dir, { recursive: true });
  const own = join(dir, 'sms-only');
  mkdirSync(own);
  writeFileSync(join(own, 'template.json'), JSON.stringify({ description: 'A short word' }));
  writeFileSync(join(own, 'sms.liquid'), 'Hello {{ customerName }}');
  return { dir, remove: () => rmSync(dir, { recursive: true }) };
}
