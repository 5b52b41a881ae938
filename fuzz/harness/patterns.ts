import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { parseSync } from '@swc/core';
import { PROJECT } from './project.js';

/** A regular expression of the product, and the file of `src` that it stands in. */
export interface Pattern {
  file: string;
  source: string;
  flags: string;
}

export interface Collected {
  patterns: Pattern[];
  /** Files with a `new RegExp` that is made while the product works and not when it is loaded. */
  madeLater: string[];
}

/** Runs in a process of its own, before anything of the product is loaded. */
const RECORDS = `
  import path from 'node:path';
  import { pathToFileURL } from 'node:url';
  const [dist, ...files] = process.argv.slice(1);
  const made = [];
  const Real = RegExp;
  globalThis.RegExp = new Proxy(Real, {
    construct(target, args) {
      const line = new Error().stack.split('\\n').find((at) => at.includes(dist));
      const file = line === undefined ? undefined : /dist\\/(.*)\\.js/.exec(line)?.[1];
      const pattern = new target(...args);
      if (file !== undefined) made.push({ file: file + '.ts', source: pattern.source, flags: pattern.flags });
      return pattern;
    },
  });
  for (const file of files) {
    await import(pathToFileURL(path.join(dist, file.replace(/\\.ts$/, '.js'))).href);
  }
  process.stdout.write(JSON.stringify(made), () => process.exit(0));
`;

/** Every regular expression of `src`: the literal ones by their syntax, the others as loading makes them. */
export async function collectPatterns(): Promise<Collected> {
  const literal: Pattern[] = [];
  const makers = new Set<string>();
  const sources = path.join(PROJECT, 'src');
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const { body } = parseSync(readFileSync(path.join(sources, file), 'utf8'), {
      syntax: 'typescript',
      target: 'es2023',
    });
    visit(body, (node) => {
      if (node['type'] === 'RegExpLiteral') {
        literal.push({ file, source: String(node['pattern']), flags: String(node['flags']) });
      }
      if (node['type'] === 'NewExpression' && named(node['callee']) === 'RegExp') makers.add(file);
    });
  }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', RECORDS, path.join(PROJECT, 'dist'), ...makers],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const made = JSON.parse(stdout) as Pattern[];
  const loaded = new Set(made.map(({ file }) => file));
  const all = [...literal, ...made].map((pattern): [string, Pattern] => [
    `${pattern.file}\n${pattern.source}\n${pattern.flags}`,
    pattern,
  ]);
  return {
    patterns: [...new Map(all).values()],
    madeLater: [...makers].filter((file) => !loaded.has(file)).sort(),
  };
}

function visit(node: unknown, look: (node: Record<string, unknown>) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) look(node as Record<string, unknown>);
  for (const part of Object.values(node)) visit(part, look);
}

function named(callee: unknown): unknown {
  return typeof callee === 'object' && callee !== null && 'value' in callee
    ? callee.value
    : undefined;
}
