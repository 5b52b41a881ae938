import { fileURLToPath } from 'node:url';

/** The built program, for tests that start it as a process of its own: `node <this> worker`. */
export function productMain(): string {
  const problem = process.env['TEST_BUILD_PROBLEM'];
  if (problem !== undefined) throw new Error(problem);
  return fileURLToPath(new URL('../../dist/main.js', import.meta.url));
}
