import path from 'node:path';
import { ensureInstalled } from './install.mjs';
import { ensureNode } from './lib/node.mjs';
import { run } from './lib/process.mjs';
import { projectRoot, runScript, ScriptError } from './lib/script.mjs';

const installed = (name) => path.join(projectRoot, 'node_modules/.bin', name);

// Circular imports are among what lint finds.
const CHECKS = [
  { name: 'types', command: installed('tsc'), args: ['--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lint', command: installed('biome'), args: ['check', '.'] },
  { name: 'deadcode', command: installed('knip'), args: [] },
  { name: 'test', command: process.execPath, args: [path.join(projectRoot, 'scripts/test.mjs')] },
];

/** Runs every check, the later ones too when one fails, and ends with a line for each. */
await runScript(async () => {
  ensureNode();
  await ensureInstalled();
  const results = [];
  for (const { name, command, args } of CHECKS) {
    console.log(`\n── ${name} ──`);
    const startedAt = Date.now();
    const { code } = await run(command, args, { cwd: projectRoot, stdio: 'inherit' });
    results.push({ name, passed: code === 0, seconds: (Date.now() - startedAt) / 1000 });
  }
  console.log('');
  for (const { name, passed, seconds } of results) {
    console.log(`${passed ? 'passed' : 'FAILED'}  ${name.padEnd(8)} ${seconds.toFixed(1)} s`);
  }
  const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
  if (failed.length > 0) throw new ScriptError(`Failed: ${failed.join(', ')}.`);
});
