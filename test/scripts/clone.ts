import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../', import.meta.url));

/** What a clone holds for the scripts to work on, with a program of a few lines as its source. */
export function smallClone(main: string): string {
  const root = mkdtempSync(path.join(tmpdir(), 'proactive-notifier-clone-'));
  const copied = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts'];
  for (const name of copied) {
    cpSync(path.join(project, name), path.join(root, name), { recursive: true });
  }
  const packages = path.join(project, 'node_modules');
  symlinkSync(packages, path.join(root, 'node_modules'));
  // A lock file that asks for anything else would have the clone install into the project's own.
  cpSync(path.join(packages, '.package-lock.json'), path.join(root, 'package-lock.json'));
  mkdirSync(path.join(root, 'src/queue'), { recursive: true });
  for (const name of ['sandbox', 'chaos', 'bench/harness']) {
    mkdirSync(path.join(root, name), { recursive: true });
  }
  writeFileSync(path.join(root, 'sandbox/sandbox.ts'), 'export const port = 1;\n');
  writeFileSync(path.join(root, 'src/main.ts'), main);
  writeFileSync(path.join(root, 'src/queue/accept.lua'), 'return 1');
  return root;
}
