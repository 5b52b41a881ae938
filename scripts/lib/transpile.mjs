import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from './script.mjs';

/** Writes the sources of a folder of the project, their types left out, into `output`. It takes milliseconds. */
export async function transpile(folder, output) {
  const { transformSync } = await import('@swc/core');
  const sources = path.join(projectRoot, folder);
  for (const file of readdirSync(sources, { recursive: true })) {
    if (!file.endsWith('.ts')) continue;
    const source = path.join(sources, file);
    const { code } = transformSync(readFileSync(source, 'utf8'), {
      filename: source,
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    });
    const target = path.join(output, file.replace(/\.ts$/, '.js'));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}
