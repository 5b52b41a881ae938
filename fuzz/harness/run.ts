import type { Finding, Tried } from './property.js';
import type { Session } from './target.js';

export interface RunOptions {
  cases: number;
  seed: number;
  /** Only the property of this name. */
  only?: string;
  /** Leads to one shrunk case. */
  path?: string;
  onProperty?: (name: string, tried: Tried) => void;
}

export interface TargetResult {
  cases: number;
  slowestMs: number;
  findings: Finding[];
}

/** Tries a target's properties one after the other, each with its share of the cases. */
export async function runSession(session: Session, options: RunOptions): Promise<TargetResult> {
  const { cases, seed, only, path, onProperty } = options;
  const chosen = session.properties.filter(({ name }) => only === undefined || name === only);
  const weights = chosen.reduce((sum, { weight }) => sum + weight, 0);
  const result: TargetResult = { cases: 0, slowestMs: 0, findings: [] };
  for (const each of chosen) {
    const share = Math.max(1, Math.round((cases * each.weight) / weights));
    const tried = await each.try({ cases: share, seed, path });
    result.cases += tried.cases;
    result.slowestMs = Math.max(result.slowestMs, tried.slowestMs);
    result.findings.push(...tried.findings);
    onProperty?.(each.name, tried);
  }
  return result;
}

/** What was found, and the command that repeats it. */
export function findingText(target: string, finding: Finding): string {
  const { property, seed, path, complaint, smallest } = finding;
  return [
    `${target}, ${property}: ${complaint}`,
    `  the smallest case: ${smallest}`,
    `  again: npm run fuzz -- --target ${target} --only '${property}' --seed ${seed} --path ${path}`,
  ].join('\n');
}
