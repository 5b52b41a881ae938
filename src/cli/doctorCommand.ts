import { type Cost, type DoctorRun, runDoctor } from '../doctor/doctor.js';
import { EXPLORE_PACE } from '../doctor/explore.js';
import { CHECKS, type CheckResult } from '../doctor/finding.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import { outputFor, printable } from './output.js';

/** Looks at everything a deployment needs, and says what to repair. */
export async function doctor({
  json = false,
  explore = false,
}: {
  json?: boolean;
  explore?: boolean;
}): Promise<ExitCode> {
  const output = outputFor(json);
  const examination = await runDoctor(
    process.env,
    (cost) => output.progress(`${describeCost(cost)}\n`),
    { pace: explore ? EXPLORE_PACE : undefined },
  );
  const { findings, cost } = examination;
  const report = {
    ok: !findings.some(({ status }) => status === 'failed'),
    cost,
    findings,
  };
  output.result(printable(findings.map(describe).join('\n')), report);
  return exitCodeOf(examination);
}

function describeCost({ requests, explore, allowance }: Cost): string {
  const lines = [
    `This asks Genesys Cloud ${requests} times (of ${allowance} a minute), and logs in once.`,
    ...(explore === undefined
      ? []
      : [
          `Exploring takes up to ${explore} requests more. It starts one export, one job and one batch, of one contact or conversation each, and shows nothing of any customer.`,
        ]),
    'Nothing is changed, and no customer can be reached.',
  ];
  return lines.join('\n');
}

const LABEL_WIDTH = Math.max(...Object.values(CHECKS).map((title) => title.length));

function describe({ check, status, detail, remedy }: CheckResult): string {
  const line = `${status.padEnd(8)} ${CHECKS[check].padEnd(LABEL_WIDTH)}  ${detail}`;
  return remedy === undefined ? line : `${line}\n${' '.repeat(9)}→ ${remedy}`;
}

function exitCodeOf({ findings }: DoctorRun): ExitCode {
  const wrong = findings.filter(({ status }) => status === 'failed');
  if (wrong.some(({ check }) => check === 'configuration')) return EXIT.configuration;
  return wrong.length === 0 ? EXIT.ok : EXIT.other;
}
