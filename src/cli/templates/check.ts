import { CHANNELS, type Channel } from '../../notification/channel.js';
import { TemplateError } from '../../templates/problems.js';
import {
  type LoadedTemplate,
  loadTemplates,
  templatesDir,
} from '../../templates/publishTemplates.js';
import { channelsOff, remarksOn } from '../../templates/remarks.js';
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
  const configured = configuredChannels();
  const templates = loaded.map(({ source, compiled }) => ({
    name: source.name,
    channels: compiled.channels,
    /** Of the channels that are configured, those that this template is missing a part for. */
    off: channelsOff(source, compiled)
      .map(({ channel }) => channel)
      .filter((channel) => configured.includes(channel)),
    /** Whether customers without history are skipped where a request does not say. */
    historyRequired: compiled.channels.some((channel) => compiled.usesHistory(channel)),
    remarks: remarksOn(source, compiled),
  }));
  const lines = templates.flatMap(({ name, channels, off, historyRequired, remarks }) => [
    off.length === 0
      ? `${name}: fine (${channels.join(', ')})`
      : `${name}: ${off.join(' and ').toUpperCase()} IS OFF (only ${channels.join(', ')})`,
    historyRequired
      ? '  customers without history are skipped (no_history), unless a request says otherwise'
      : '  uses no history: customers without history get it too, unless a request says otherwise',
    ...remarks.map(
      ({ channel, message }) =>
        `  warning: ${channel === undefined ? '' : `${channel} `}${message}`,
    ),
  ]);
  output.result(lines.join('\n'), { ok: true, templates });
  return EXIT.ok;
}

/** The check needs no configuration; where there is one, its channels are those that matter. */
function configuredChannels(): readonly Channel[] {
  const named = (process.env['NOTIFY_CHANNELS'] || 'web,email').split(',');
  return CHANNELS.filter((channel) => named.some((name) => name.trim() === channel));
}
