import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, accepted, badRequest, notFound, parseBody } from '../answer.js';
import type { Call } from '../platform/call.js';
import { DIVISION_ID } from '../population/division.js';
import type { World } from '../state.js';

/** One list, and its latest export, as far as there is one. */
export interface DncList {
  id: string;
  name: string;
  contactMethod: ContactMethod;
  dncSourceType: 'rds' | 'rds_custom' | 'dnc.com' | 'gryphon';
  createdAt: number;
  entries: { address: string; expiresAt?: string | undefined }[];
  /** The one that can be fetched, and the one that is being made. */
  exported?: DncExport | undefined;
  next?: DncExport | undefined;
}

interface DncExport {
  at: number;
  readyAt: number;
  /** Of the file, as `GET /api/v2/downloads/ID` takes it. */
  download: string;
}

const CONTACT_METHODS = ['Phone', 'Email', 'WhatsApp', 'Any'] as const;
type ContactMethod = (typeof CONTACT_METHODS)[number];

/** A list to be put there. Its entries are taken as they are: the platform's own imports check little. */
export const newDncListSchema = z.strictObject({
  name: z.string().min(1),
  contactMethod: z.enum(CONTACT_METHODS).default('Phone'),
  dncSourceType: z.enum(['rds', 'rds_custom', 'dnc.com', 'gryphon']).default('rds'),
  entries: z
    .array(
      z.strictObject({
        address: z.string(),
        expiresAt: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .default([]),
});

export type NewDncList = z.input<typeof newDncListSchema>;

export function addDncList(world: World, definition: NewDncList): DncList {
  const list = { id: randomUUID(), createdAt: world.now(), ...newDncListSchema.parse(definition) };
  world.dncLists.add(list.id, list);
  return list;
}

const bool = z.stringbool().optional();

/** Genesys: the parameters of GET /outbound/dnclists that this sandbox answers for. */
const listSchema = z.strictObject({
  includeImportStatus: bool,
  includeSize: bool,
  pageSize: z.coerce.number().int().min(1).max(100).default(25),
  pageNumber: z.coerce.number().int().min(1).default(1),
  allowEmptyResult: bool,
  sortBy: z.string().optional(),
  sortOrder: z.string().optional(),
});

/** Genesys: DncListEntityListing. */
export function listDncLists(world: World, { query }: Call): Answer {
  const parsed = parseBody(listSchema, query);
  if (!parsed.ok) return parsed.refusal;
  const { pageSize, pageNumber, includeSize = false } = parsed.value;
  const all = world.dncLists.list();
  const entities = all.slice((pageNumber - 1) * pageSize, pageNumber * pageSize);
  return accepted({
    entities: entities.map((list) => viewOf(list, includeSize)),
    pageSize,
    pageNumber,
    total: all.length,
    pageCount: Math.ceil(all.length / pageSize),
    selfUri: '/api/v2/outbound/dnclists',
  });
}

/** Genesys: DncList. */
function viewOf(list: DncList, withSize: boolean): object {
  const { id, name, contactMethod, dncSourceType, createdAt, entries } = list;
  return {
    id,
    name,
    dateCreated: new Date(createdAt).toISOString(),
    version: 1,
    size: withSize ? entries.length : undefined,
    dncSourceType,
    contactMethod,
    division: {
      id: DIVISION_ID,
      name: 'Home',
      selfUri: `/api/v2/authorization/divisions/${DIVISION_ID}`,
    },
    selfUri: `/api/v2/outbound/dnclists/${id}`,
  };
}

/** Genesys: POST /outbound/dnclists/{id}/export. The export before stays until this one is there. */
export function startDncExport(world: World, { id }: Call): Answer {
  const list = world.dncLists.get(id);
  if (list === undefined) return notFound('The DNC list was not found.');
  if (list.dncSourceType === 'dnc.com' || list.dncSourceType === 'gryphon') {
    return badRequest('Only internal DNC lists can be exported.');
  }
  settle(world, list);
  const { faults, files, now } = world;
  const isStuck =
    faults.takeBehaviour('export-fails') !== null || faults.takeBehaviour('export-stuck') !== null;
  const otherNames = faults.takeBehaviour('export-other-columns') !== null;
  const path = files.add({
    kind: 'dnc-export',
    contentType: 'text/csv; charset=utf-8',
    content: () => csv(list, otherNames),
  });
  list.next = {
    at: now(),
    readyAt: isStuck ? Number.POSITIVE_INFINITY : now() + world.settings.exportDurationMs,
    download: path.slice(path.lastIndexOf('/') + 1),
  };
  return accepted({ id, name: list.name, selfUri: `/api/v2/outbound/dnclists/${id}` });
}

/**
 * Genesys: GET /outbound/dnclists/{id}/export, ExportUri: of the latest export that is there. The address is
 * one of the platform, which asks for a token; a 404 as long as nothing was exported.
 */
export function getDncExport(world: World, { id, host }: Call): Answer {
  const list = world.dncLists.get(id);
  if (list === undefined) return notFound('The DNC list was not found.');
  settle(world, list);
  if (list.exported === undefined) return notFound('The export was not found.');
  const { at, download } = list.exported;
  return accepted({
    uri: `http://${host}/api/v2/downloads/${download}`,
    exportTimestamp: new Date(at).toISOString(),
  });
}

function settle({ now }: World, list: DncList): void {
  if (list.next === undefined || now() < list.next.readyAt) return;
  list.exported = list.next;
  list.next = undefined;
}

const downloadSchema = z.strictObject({
  issueRedirect: z.literal('false', 'is false here: this sandbox does not redirect'),
  contentDisposition: z.string().optional(),
  redirectToAuth: z.string().optional(),
});

/** Genesys: GET /downloads/{id}. With issueRedirect=false the signed address comes as UrlResponse. */
export function getDownload(world: World, { id, host, query }: Call): Answer {
  const parsed = parseBody(downloadSchema, query);
  if (!parsed.ok) return parsed.refusal;
  if (world.files.get(id) === undefined) return notFound('The download was not found.');
  return accepted({ url: `http://${host}/downloads/${id}` });
}

/** The names of the columns are not documented: these are what the platform's own pages call them. */
const COLUMN: Record<ContactMethod, string> = {
  Phone: 'PhoneNumber',
  WhatsApp: 'WhatsAppNumber',
  Email: 'EmailAddress',
  Any: 'Contact',
};

const quoted = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

function csv({ contactMethod, entries }: DncList, otherNames: boolean): string {
  const header = [otherNames ? 'Column1' : COLUMN[contactMethod], 'ExpirationDateTime'];
  const rows = entries.map(({ address, expiresAt = '' }) => [quoted(address), expiresAt]);
  return [header, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}
