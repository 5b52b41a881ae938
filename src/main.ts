#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runProgram } from './cli/program.js';

/**
 * Runs one command of `notifier`. Resolves when a command that ends has ended, or one that serves
 * has started; the process' exit code is set, and the process ends once nothing is left to do.
 */
export async function main(argv: string[]): Promise<void> {
  await runProgram(argv);
}

/** Installed commands are links; the module is known by the file they lead to. */
function isEntry(): boolean {
  const entry = process.argv[1];
  return entry !== undefined && realpathSync(entry) === fileURLToPath(import.meta.url);
}

if (isEntry()) await main(process.argv);
