import { hostname } from 'node:os';
import { type Html, html } from '../../html/html.js';
import { packageVersion } from '../../ops/packageVersion.js';
import type { SeenWorker, WorkersSeen } from '../../queue/workerRegistry.js';
import type { ServerVersion } from '../../redis/serverInfo.js';
import { badge, type Column, moment, panel, table } from '../page/components.js';

interface VersionRow {
  what: string;
  /** Of the product, or of the server. */
  version?: string;
  node?: string;
  where?: string;
  since?: number;
  vanishedAt?: number;
}

/** Which version each part of the deployment runs. */
export function versionsPart(
  servers: readonly ServerVersion[],
  { now, alive, vanished }: WorkersSeen,
): Html {
  const own = packageVersion();
  const rows: VersionRow[] = [
    {
      what: 'This api',
      version: own,
      node: process.versions.node,
      where: `${hostname()}, process ${process.pid}`,
      since: now - Math.round(process.uptime() * 1_000),
    },
    ...alive.map(workerRow),
    ...vanished.map((worker) => ({ ...workerRow(worker), vanishedAt: worker.seenAt })),
    ...servers.map(({ product, version, mode }) => ({ what: product, version, where: mode })),
  ];
  const others = new Set(alive.map(({ version }) => version).filter((version) => version !== own));
  return html`${
    others.size === 0
      ? undefined
      : panel(
          'open',
          html`<p><strong>Not every process runs the same version:</strong> this api has ${own}, workers have ${[...others].join(', ')}. During a
rolling deployment that is so for a while; otherwise restart what was left behind.</p>`,
        )
  }
${table('Versions', columns(now), rows)}
${
  alive.length === 0
    ? html`<p>No worker is alive, so nothing is known of workers' versions.</p>`
    : undefined
}`;
}

function workerRow({ host, pid, version, node, since }: SeenWorker): VersionRow {
  return { what: 'Worker', version, node, where: `${host}, process ${pid}`, since };
}

function columns(now: number): Column<VersionRow>[] {
  return [
    { title: 'What', cell: ({ what }) => what },
    { title: 'Version', cell: ({ version }) => version ?? 'not said' },
    { title: 'Node.js', cell: ({ node }) => node },
    { title: 'Where', kind: 'text', cell: ({ where }) => where },
    {
      title: 'Runs since',
      cell: ({ since, vanishedAt }) =>
        vanishedAt === undefined
          ? since && moment(since, now)
          : html`${badge('bad', 'vanished')} last seen ${moment(vanishedAt, now)}`,
    },
  ];
}
