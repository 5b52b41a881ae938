import { z } from 'zod';
import { ROLES } from '../people/role.js';

/** What is audited: everything that people and programs change, but for accepting a notification. */
const AUDITED = [
  'sending.pause',
  'sending.resume',
  'sending.recover',
  'gate.open',
  'notification.cancel',
  'notification.resolve',
  'notification.retry',
  'campaign.create',
  'campaign.import',
  'campaign.start',
  'campaign.pause',
  'campaign.resume',
  'campaign.cancel',
  'campaign.retry',
  'campaign.test',
  'campaign.delete_draft',
  'person.erase',
  'person.export',
  'job.promote',
  'job.duplicate',
  'job.remove',
  'suppression.add',
  'suppression.remove',
  'suppression.import',
  'suppression.import_dnc',
  'suppression.export',
  'webhook.create',
  'webhook.test',
  'webhook.pause',
  'webhook.resume',
  'webhook.replay',
  'webhook.rotate_secret',
  'webhook.delete',
  'user.add',
  'user.replace',
  'user.remove',
  'doctor.run',
  'unsubscribe',
  'suppression.learned',
  'login',
  'logout',
] as const;

export type Audited = (typeof AUDITED)[number];

export const WAYS_IN = ['page', 'api', 'cli', 'inbox', 'library', 'link', 'platform'] as const;

/** What is about to be done. */
export interface Act {
  what: Audited;
  /** The id of the notification, campaign or job; of a person the keyed hashes of their addresses. */
  on?: string;
  /** In a few words: the verdict, a reason. */
  detail?: string;
}

/** What came of it. `failed`: Redis went away or a defect; it may have been done. */
export interface Outcome {
  outcome: 'done' | 'refused' | 'failed';
  detail?: string;
}

/** Its number, when it was written (epoch ms), and the code over the entry before; `k` names the key of its own code. */
const chained = {
  n: z.number(),
  at: z.number(),
  p: z.string().optional(),
  /** When the entry before was written. */
  pAt: z.number().optional(),
  k: z.string(),
};

const begunSchema = z.object({
  ...chained,
  who: z.string().optional(),
  role: z.enum(ROLES).optional(),
  from: z.enum(WAYS_IN),
  address: z.string().optional(),
  what: z.string(),
  on: z.string().optional(),
  detail: z.string().optional(),
});

const endedSchema = z.object({
  ...chained,
  of: z.number(),
  outcome: z.enum(['done', 'refused', 'failed']),
  detail: z.string().optional(),
});

export type Begun = z.output<typeof begunSchema>;
export type Ended = z.output<typeof endedSchema>;
type Chained = 'n' | 'at' | 'p' | 'pAt' | 'k';

/** An entry before it has its place in the chain. */
export type Draft = Omit<Begun, Chained> | Omit<Ended, Chained>;

export type StoredEntry = Begun | Ended;

/** An entry as it stands in the stream; `entry` is undefined for what no version has written so. */
export interface ReadEntry {
  /** Of the stream. */
  id: string;
  json: string;
  code: string;
  entry: StoredEntry | undefined;
}

export function readEntry(id: string, fields: readonly string[]): ReadEntry {
  const [, json = '', , code = ''] = fields;
  return { id, json, code, entry: parsed(json) };
}

function parsed(json: string): StoredEntry | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return endedSchema.safeParse(value).data ?? begunSchema.safeParse(value).data;
  } catch {
    return undefined;
  }
}

export function isEnded(entry: StoredEntry): entry is Ended {
  return 'of' in entry;
}

/** The newest entry: its number, when it was written (epoch ms), its code. */
export interface AuditHead {
  n: number;
  at: number;
  code: string;
}

export function writeHead({ n, at, code }: AuditHead): string {
  return `${n}:${at}:${code}`;
}

/** Undefined for an audit without entries, and for what is no head. */
export function readHead(text: string): AuditHead | undefined {
  const [, n, at, code = ''] = /^(\d+):(\d+):([\w-]+)$/.exec(text) ?? [];
  return code === '' ? undefined : { n: Number(n), at: Number(at), code };
}
