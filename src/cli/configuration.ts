import { type Config, describeProblems, loadConfig, type Role } from '../config.js';

/** The configuration of a command, or undefined once everything wrong with it has been printed. */
export function configurationFor(
  role: Role,
  env: NodeJS.ProcessEnv = process.env,
): Config | undefined {
  const loaded = loadConfig(env, role);
  if (loaded.ok) return loaded.config;
  process.stderr.write(`The configuration is wrong:\n${describeProblems(loaded.problems)}\n`);
  return undefined;
}
