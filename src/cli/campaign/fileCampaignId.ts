import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { campaignIdFor } from '../../campaign/inbox/fileNames.js';

/**
 * The id of a campaign that nobody gave one: the same file with the same settings is the same campaign,
 * so that a command which is typed twice sends nothing twice. A dry run may be followed by one with
 * other settings, which is why they count. Name and end do not: an end that is counted from now is
 * another one each time, and must be refused in place of being sent once more.
 *
 * Throws what the file system says when the file cannot be read.
 */
export async function fileCampaignId(
  path: string,
  { template, channels, variables, history }: Record<string, unknown>,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  const settings = { channels, variables: inOrder(variables), history };
  const others = Object.values(settings).some((value) => value !== undefined) ? [settings] : [];
  return campaignIdFor(basename(path), String(template), hash.digest('hex'), others);
}

function inOrder(variables: unknown): unknown {
  if (variables === undefined) return undefined;
  return Object.entries(variables as object).sort(([one], [other]) => (one < other ? -1 : 1));
}
