import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with one template that asks the platform for nothing, and what a request needs to use it. */
export const PLAIN = { template: 'plain', history: { required: false } } as const;

export function writePlainTemplate(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'templates-'));
  mkdirSync(join(dir, 'plain'));
  const files = {
    'template.json': JSON.stringify({ description: 'plain', variables: {} }),
    'web.liquid': 'We have news for you.',
    'sms.liquid': 'We have news for you.',
    'email.subject.liquid': 'News',
    'email.html.liquid': '<p>We have news for you.</p>',
    'email.text.liquid': 'We have news for you.',
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(dir, 'plain', name), content);
  }
  return { dir, remove: () => rmSync(dir, { recursive: true }) };
}
