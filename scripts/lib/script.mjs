import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** A failure whose message is all the reader needs: shown without a stack trace. */
export class ScriptError extends Error {}

/** Whether the module with this `import.meta.url` is the program node was started with. */
export function isProgram(moduleUrl) {
  const entry = process.argv[1];
  if (entry === undefined) return false;
  try {
    return realpathSync(entry) === fileURLToPath(moduleUrl);
  } catch {
    return false;
  }
}

/** Runs a script's body and turns a failure into one message and exit code 1. */
export async function runScript(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof ScriptError ? error.message : error);
    process.exitCode = 1;
  }
}

/** Progress of the scripts goes to standard error: standard output belongs to what they start. */
export function logLine(line) {
  process.stderr.write(`${line}\n`);
}
