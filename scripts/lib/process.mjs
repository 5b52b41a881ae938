import { spawn } from 'node:child_process';

/**
 * Runs a command to its end.
 *
 * @returns {Promise<{ code: number, output: string }>} `output` holds both standard streams, or
 *   nothing when `options.stdio` sends them elsewhere. A command that cannot be started, or was
 *   killed by a signal, has a code other than 0.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', (error) => resolve({ code: 127, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
