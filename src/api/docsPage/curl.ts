import type { Operation } from '../openapi/operation.js';

const EXAMPLE_IDS = { notification: 'hello-1', campaign: 'autumn' } as const;

/** An operation as a command line, ready to be pasted into a POSIX shell. */
export function curlLine(operation: Operation, body: unknown): string {
  const kind = operation.path.includes('/campaigns/') ? 'campaign' : 'notification';
  const path = operation.path.replace('{id}', EXAMPLE_IDS[kind]);
  const lines = [
    `curl${how(operation, body)} http://127.0.0.1:3000${path}`,
    ...(operation.open ? [] : [`-H ${quoted('authorization: Bearer YOUR-KEY')}`]),
    ...(operation.upload === undefined ? [] : [`-H ${quoted('content-type: text/csv')}`]),
    ...(body === undefined
      ? []
      : [`-H ${quoted('content-type: application/json')}`, `-d ${quoted(JSON.stringify(body))}`]),
  ];
  return lines.join(' \\\n  ');
}

function how({ method, upload }: Operation, body: unknown): string {
  if (upload !== undefined) return ' -T rows.csv';
  return method === 'get' || body !== undefined ? '' : ` -X ${method.toUpperCase()}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
