import type { Config } from '../config.js';
import { TemplateError } from '../templates/problems.js';
import { type LoadedTemplate, loadTemplates, templatesDir } from '../templates/publishTemplates.js';
import { channelsOff } from '../templates/remarks.js';
import { type Finding, failed, ok, warning } from './finding.js';

/** Reads every template, as an api or worker does when it starts. */
export async function checkTemplates(
  config: Config,
): Promise<{ findings: Finding[]; loaded: LoadedTemplate[] }> {
  let loaded: LoadedTemplate[];
  try {
    loaded = await loadTemplates(templatesDir(config));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const lines = error.message.split('\n');
    const findings = lines.map((line) =>
      failed('templates', line, 'Correct it; notifier templates check looks again.'),
    );
    return { findings, loaded: [] };
  }
  const names = loaded.map(({ compiled }) => compiled.name).join(', ');
  const findings = loaded.flatMap(({ source, compiled }) => {
    const has = config.NOTIFY_CHANNELS.filter((channel) => compiled.channels.includes(channel));
    const off = channelsOff(source, compiled)
      .filter(({ channel }) => config.NOTIFY_CHANNELS.includes(channel))
      .map(({ channel, message }) =>
        warning('templates', `${compiled.name}: ${channel} ${message}`, 'Add the part.'),
      );
    if (has.length > 0) return off;
    const detail = `${compiled.name} has no part for ${config.NOTIFY_CHANNELS.join(' or ')}`;
    return [warning('templates', detail, 'Add one, or name channels in each request for it.')];
  });
  return { findings: [ok('templates', names), ...findings], loaded };
}
