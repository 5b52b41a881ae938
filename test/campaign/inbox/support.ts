import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Inbox, type InboxParts } from '../../../src/campaign/inbox/inbox.js';
import { PickupLeases } from '../../../src/campaign/inbox/pickups.js';
import { type InboxReport, rejectedFile } from '../../../src/campaign/inbox/report.js';
import { type Office, SILENT } from '../support/office.js';

/** An inbox folder, and as many processes' worth of watchers as a test wants. */
export interface InboxFolder {
  path: string;
  /** Moves a complete file into the inbox, its sidecar first. */
  drop(name: string, content: string | Buffer, sidecar?: object | string): Promise<void>;
  watch(changes?: { log?: Logger; office?: Office } & Pick<InboxParts, 'otherFiles'>): Inbox;
  /** The report of a file once it has been put away. */
  report(folder: 'done' | 'rejected', name: string): Promise<InboxReport>;
  names(folder?: string): Promise<string[]>;
  /** Takes the folder away, and puts an empty one in its place. */
  remove(): Promise<void>;
  restore(): Promise<void>;
  read(name: string): Promise<string>;
  close(): Promise<void>;
}

export async function openInboxFolder(office: Office): Promise<InboxFolder> {
  const outside = await mkdtemp(join(tmpdir(), 'inbox-'));
  const path = await mkdtemp(join(tmpdir(), 'inbox-'));
  const inboxes: Inbox[] = [];
  const move = async (name: string, content: string | Buffer) => {
    await writeFile(join(outside, name), content);
    await rename(join(outside, name), join(path, name));
  };
  const names = async (folder = '.') => {
    const found = await readdir(join(path, folder)).catch(() => [] as string[]);
    return found.sort();
  };
  return {
    path,
    names,
    remove: () => rm(path, { recursive: true }),
    restore: () => mkdir(path),
    read: (name) => readFile(join(path, name), 'utf8'),
    async drop(name, content, sidecar) {
      if (sidecar !== undefined) {
        const json = typeof sidecar === 'string' ? sidecar : JSON.stringify(sidecar);
        await move(`${name.replace(/\..*$/, '')}.json`, json);
      }
      await move(name, content);
    },
    watch({ log = SILENT, office: by = office, otherFiles } = {}) {
      const inbox = new Inbox({
        folder: path,
        campaigns: by.campaigns,
        leases: new PickupLeases(by.producer.store.redis, by.prefix),
        otherFiles,
        rejectedRows: (campaignId) => rejectedFile(by.rows, campaignId),
        isReady: () => true,
        log,
        lookEveryMs: 20,
        patience: { settledAfterMs: 30, incompleteForMs: 250 },
      });
      inboxes.push(inbox);
      inbox.start();
      return inbox;
    },
    async report(folder, name) {
      // The file itself comes last.
      while (!(await names(folder)).includes(name)) await pause(10);
      const json = await readFile(join(path, folder, `${name}.report.json`), 'utf8');
      return JSON.parse(json) as InboxReport;
    },
    async close() {
      await Promise.all(inboxes.map((inbox) => inbox.stop()));
      await rm(outside, { recursive: true });
      await rm(path, { recursive: true, force: true });
    },
  };
}
