import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, accepted, badRequest, notFound, parseBody } from '../answer.js';
import type { Call } from '../platform/call.js';
import { isCurated } from '../platform/contacts.js';
import { DIVISION_ID } from '../population/division.js';
import type { Customer } from '../population/population.js';
import type { World } from '../state.js';

/** One export, as far as it is remembered. */
export interface ContactExport {
  id: string;
  startedAt: number;
  divisionIds: string[];
  ends: 'SUCCEEDED' | 'FAILED' | 'never';
  rows: number;
  path: string;
}

/** Genesys: ContactsExport, the fields a caller may write. Its filters are not answered for. */
const exportSchema = z.strictObject({
  divisionIds: z.array(z.string().min(1)).max(50).optional(),
  queryConditions: z.strictObject({ limit: z.number().int().min(1).optional() }).optional(),
});

const listSchema = z.strictObject({
  divisionIds: z.union([z.string(), z.array(z.string())]).optional(),
  after: z.string().optional(),
  pageSize: z.coerce.number().int().min(1).max(100).default(25),
});

/** Column names of the file are not documented: these are the fields of an external contact. */
const COLUMNS = {
  id: 'External Contact Id',
  firstName: 'First Name',
  lastName: 'Last Name',
  workEmail: 'Work Email',
  personalEmail: 'Personal Email',
  otherEmail: 'Other Email',
  cellPhone: 'Cell Phone',
  divisionId: 'Division Id',
} as const;

type Column = keyof typeof COLUMNS;

function cell({ id, firstName, lastName, email, emailOnContact, phone }: Customer, name: Column) {
  switch (name) {
    case 'id':
      return id;
    case 'firstName':
      return firstName;
    case 'lastName':
      return lastName;
    case 'workEmail':
      return emailOnContact ? (email ?? '') : '';
    case 'cellPhone':
      return phone ?? '';
    case 'divisionId':
      return DIVISION_ID;
    case 'personalEmail':
    case 'otherEmail':
      return '';
    default:
      throw new Error(`unhandled column ${name satisfies never}`);
  }
}

const quoted = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

function csv(customers: readonly Customer[], columns: readonly Column[], named: boolean): string {
  const header = columns.map((name) => (named ? COLUMNS[name] : name));
  const rows = customers.map((customer) => columns.map((name) => quoted(cell(customer, name))));
  return [header, ...rows].map((row) => `${row.join(',')}\r\n`).join('');
}

/** Genesys: POST /externalcontacts/contacts/exports. Holds the contacts of that moment. */
export function startContactExport(world: World, call: Call): Answer {
  const parsed = parseBody(exportSchema, call.body);
  if (!parsed.ok) return parsed.refusal;
  const { divisionIds = [DIVISION_ID], queryConditions } = parsed.value;
  if (divisionIds.some((id) => id !== DIVISION_ID)) {
    return badRequest('divisionIds names an unknown division', 'divisionIds');
  }
  const { faults, random } = world;
  const missing = faults.takeBehaviour('export-rows-missing')?.share ?? 0;
  const customers = world.population
    .customers()
    .filter((customer) => isCurated(customer) && (missing === 0 || random() >= missing))
    .slice(0, queryConditions?.limit);
  const withEmail = faults.takeBehaviour('export-without-email') === null;
  const named = faults.takeBehaviour('export-other-columns') !== null;
  const columns = (Object.keys(COLUMNS) as Column[]).filter(
    (name) => withEmail || !/email/i.test(name),
  );
  const job: ContactExport = {
    id: randomUUID(),
    startedAt: world.now(),
    divisionIds,
    ends: endOf(world),
    rows: customers.length,
    path: world.files.add({
      kind: 'contact-export',
      contentType: 'text/csv; charset=utf-8',
      content: () => csv(customers, columns, named),
    }),
  };
  world.contactExports.add(job.id, job);
  return accepted(exportView(world, call.host, job));
}

function endOf({ faults }: World): ContactExport['ends'] {
  if (faults.takeBehaviour('export-fails') !== null) return 'FAILED';
  return faults.takeBehaviour('export-stuck') === null ? 'SUCCEEDED' : 'never';
}

function exportView(world: World, host: string, job: ContactExport): object {
  const { id, startedAt, divisionIds, ends, rows, path } = job;
  const doneAt = startedAt + world.settings.exportDurationMs;
  const status = ends === 'never' || world.now() < doneAt ? 'RUNNING' : ends;
  const done =
    status === 'SUCCEEDED' ? { downloadUrl: `http://${host}${path}`, resultRowCount: rows } : {};
  return {
    id,
    divisionIds,
    dateCreated: new Date(startedAt).toISOString(),
    ...(status === 'RUNNING' ? {} : { dateCompletion: new Date(doneAt).toISOString() }),
    status,
    ...done,
    selfUri: `/api/v2/externalcontacts/contacts/exports/${id}`,
  };
}

export function getContactExport(world: World, { id, host }: Call): Answer {
  const job = world.contactExports.get(id);
  return job === undefined
    ? notFound('The export was not found.')
    : accepted(exportView(world, host, job));
}

/** Newest first. */
export function listContactExports(world: World, { host, query }: Call): Answer {
  const parsed = parseBody(listSchema, query);
  if (!parsed.ok) return parsed.refusal;
  const newest = world.contactExports.list().reverse().slice(0, parsed.value.pageSize);
  return accepted({ entities: newest.map((job) => exportView(world, host, job)) });
}
