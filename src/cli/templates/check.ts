import { TemplateError } from '../../templates/problems.js';
import {
  type LoadedTemplate,
  loadTemplates,
  templatesDir,
} from '../../templates/publishTemplates.js';
import { remarksOn } from '../../templates/remarks.js';
import { EXIT, type ExitCode } from '../exitCodes.js';
import { outputFor } from '../send/output.js';

/** Checks every template of a folder: what is wrong, and what may yet surprise. */
export async function checkTemplates(
  directory: string | undefined,
  { json = false }: { json?: boolean },
): Promise<ExitCode> {
  const output = outputFor(json);
  const dir =
    directory ?? templatesDir({ TEMPLATES_DIR: process.env['TEMPLATES_DIR'] || undefined });
  let loaded: LoadedTemplate[];
  try {
    loaded = await loadTemplates(dir);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    output.result(error.message, { ok: false, problems: error.problems });
    return EXIT.other;
  }
  const templates = loaded.map(({ source, compiled }) => ({
    name: source.name,
    channels: compiled.channels,
    remarks: remarksOn(source, compiled),
  }));
  const lines = templates.flatMap(({ name, channels, remarks }) => [
    `${name}: fine (${channels.join(', ')})`,
    ...remarks.map(
      ({ channel, message }) =>
        `  warning: ${channel === undefined ? '' : `${channel} `}${message}`,
    ),
  ]);
  output.result(lines.join('\n'), { ok: true, templates });
  return EXIT.ok;
}
