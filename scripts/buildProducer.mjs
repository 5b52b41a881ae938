import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureInstalled } from './install.mjs';
import { ensureNode } from './lib/node.mjs';
import { run } from './lib/process.mjs';
import { projectRoot, runScript, ScriptError } from './lib/script.mjs';

/*
 * Makes the code of packages/producer: what the product's own src/index.ts imports, and nothing else.
 * The compiler follows the imports. npm runs this before it packs or publishes the package.
 */
const PACKAGE = path.join(projectRoot, 'packages/producer');

await runScript(async () => {
  ensureNode();
  await ensureInstalled();
  const dist = path.join(PACKAGE, 'dist');
  rmSync(dist, { recursive: true, force: true });
  const compiler = path.join(projectRoot, 'node_modules/.bin/tsc');
  const { code, output } = await run(compiler, ['-p', PACKAGE], { cwd: projectRoot });
  if (code !== 0) throw new ScriptError(`The build failed:\n${output.trim()}`);
  for (const folder of readdirSync(dist)) {
    const scripts = path.join(projectRoot, 'src', folder, 'lua');
    if (existsSync(scripts)) cpSync(scripts, path.join(dist, folder, 'lua'), { recursive: true });
  }
});
