import type { Config } from '../../config.js';
import type { NotificationRequest } from '../../notification/request.js';
import type { DryRunResult } from '../../pipeline/dryRun.js';
import { templateProblems } from '../../templates/catalogue.js';
import {
  entryOf,
  type LoadedTemplate,
  loadTemplates,
  quotingOf,
  templatesDir,
} from '../../templates/loadTemplates.js';
import { TemplateError } from '../../templates/templateProblems.js';
import { configurationFor } from '../deploymentCommand.js';
import { dryRunOnce } from '../dryRunOnce.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { type Output, refuse } from '../output.js';
import { describeDryRun } from './describeSendDryRun.js';

/** Does a dry run of a request with the templates on disk; it needs no api or worker to have run before. */
export async function dryRun(request: NotificationRequest, output: Output): Promise<ExitCode> {
  const config = configurationFor('worker');
  if (config === undefined) return EXIT.configuration;
  const loaded = await templatesOf(config, output);
  if (loaded === undefined) return EXIT.configuration;
  const template = loaded.find(({ compiled }) => compiled.name === request.template);
  const names = loaded.map(({ compiled }) => compiled.name).join(', ');
  const problems =
    template === undefined
      ? [{ field: 'template', expected: `one of ${names}` }]
      : templateProblems(request, entryOf(template, config.NOTIFY_CHANNELS));
  if (template === undefined || problems.length > 0) {
    refuse(output, problems);
    return EXIT.invalid;
  }
  const outcome = await dryRunOnce(request, template.compiled, config, output);
  if (!outcome.ok) {
    refuse(output, outcome.problems);
    return EXIT.invalid;
  }
  const { result } = outcome;
  output.result(describeDryRun(result), result);
  return exitCodeOf(result);
}

async function templatesOf(config: Config, output: Output): Promise<LoadedTemplate[] | undefined> {
  try {
    return await loadTemplates(templatesDir(config), quotingOf(config));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    output.remark(`The templates cannot be used:\n${error.message}`);
    return undefined;
  }
}

function exitCodeOf({ would }: DryRunResult): ExitCode {
  switch (would) {
    case 'send':
      return EXIT.ok;
    case 'skip':
      return EXIT.skipped;
    case 'fail':
      return EXIT.failed;
    case 'not_know':
      return EXIT.other;
    default:
      return would satisfies never;
  }
}
