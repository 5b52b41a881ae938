import { openPolicyChecks } from '../app/openPolicyChecks.js';
import type { PolicyCheckView } from '../consent/policyCheckView.js';
import { viewOfCheck } from '../consent/policyCheckView.js';
import { type FieldProblem, parseRequest } from '../notification/request.js';
import { configurationFor, withProducer } from './deploymentCommand.js';
import { EXIT, type ExitCode } from './exitCodes.js';
import type { Output } from './output.js';
import { optionNameOf, requestFrom, type SendOptions } from './send/options.js';

export type PolicyOptions = Pick<
  SendOptions,
  'to' | 'contact' | 'phone' | 'country' | 'template' | 'channels' | 'priority' | 'json'
>;

/** Stands in where no template was named: nothing is rendered. */
const ANY_TEMPLATE = 'any';

/** Says what policy would say to a recipient now, rule by rule. */
export async function checkPolicy(options: PolicyOptions): Promise<ExitCode> {
  const config = configurationFor('api', { ...process.env, API_HOST: undefined });
  if (config === undefined) return EXIT.configuration;
  return withProducer(options, async (producer, output) => {
    const { template } = options;
    const asked = requestFrom({
      ...options,
      template: template ?? ANY_TEMPLATE,
      historyRequired: true,
    });
    const parsed = parseRequest(asked, undefined, config.DEFAULT_COUNTRY);
    if (!parsed.ok) return refuse(output, parsed.problems);
    const { recipient, channels, priority } = parsed.request;
    const checks = openPolicyChecks(config, producer);
    const answer = await checks.check({ recipient, channels, priority, template });
    if (answer.kind === 'invalid') return refuse(output, answer.problems);
    const view = viewOfCheck(answer.check);
    output.result(describeCheck(view), view);
    return exitCodeOf(view);
  });
}

/** Rule by rule, under what they say together. */
function describeCheck({
  verdict,
  reason,
  until,
  priority,
  channels,
  frequencyCap,
}: PolicyCheckView): string {
  const lines = channels.flatMap(({ channel, rules, ...all }) => [
    `${channel}: ${describeVerdict(all)}`,
    ...rules.map((rule) => `  ${rule.rule}: ${describeVerdict(rule)}. ${rule.why}`),
  ]);
  const cap =
    frequencyCap === undefined
      ? []
      : [`Cap: ${frequencyCap.taken} of ${frequencyCap.places} in ${frequencyCap.span} taken`];
  return [
    `A ${priority} notification now: ${describeVerdict({ verdict, reason, until })}`,
    ...lines,
    ...cap,
  ].join('\n');
}

function describeVerdict({
  verdict,
  reason,
  until,
}: Pick<PolicyCheckView, 'verdict' | 'reason' | 'until'>): string {
  switch (verdict) {
    case 'allow':
      return 'allowed';
    case 'skip':
      return `skipped (${reason})`;
    case 'defer':
      return `waits until ${until} (${reason})`;
    default:
      return verdict satisfies never;
  }
}

function exitCodeOf({ verdict }: PolicyCheckView): ExitCode {
  switch (verdict) {
    case 'allow':
      return EXIT.ok;
    case 'skip':
      return EXIT.skipped;
    case 'defer':
      return EXIT.other;
    default:
      return verdict satisfies never;
  }
}

function refuse(output: Output, problems: readonly FieldProblem[]): ExitCode {
  for (const { field, expected } of problems) {
    output.remark(`${optionNameOf(field)}: expected ${expected}`);
  }
  output.result('', { error: 'invalid', problems });
  return EXIT.invalid;
}
