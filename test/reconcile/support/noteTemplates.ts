import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PARTS = {
  'web.liquid': 'A note\nfor you: {{ words }}',
  'sms.liquid': 'A note for you: {{ words }}',
  'email.subject.liquid': 'A note',
  'email.html.liquid': '<p>A note for you: {{ words }}</p>',
  'email.text.liquid': 'A note\nfor you: {{ words }}',
};

/** A folder with templates that print one variable: `note`, and `urgent-note` that is sent again by its manifest. */
export function writeNoteTemplates(): { dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'templates-'));
  const words = { description: 'What it says.', example: 'Hello' };
  const manifest = { description: 'A note.', variables: { words } };
  for (const [name, own] of [
    ['note', {}],
    ['urgent-note', { unknown: 'resend' }],
  ] as const) {
    mkdirSync(join(dir, name));
    const files = { ...PARTS, 'template.json': JSON.stringify({ ...manifest, ...own }) };
    for (const [file, content] of Object.entries(files)) {
      writeFileSync(join(dir, name, file), content);
    }
  }
  return { dir, remove: () => rmSync(dir, { recursive: true }) };
}
