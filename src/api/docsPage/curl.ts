import type { Operation } from '../openapi/operation.js';

const EXAMPLE_ID = 'hello-1';

/** An operation as a command line, ready to be pasted into a POSIX shell. */
export function curlLine(operation: Operation, body: unknown): string {
  const path = operation.path.replace('{id}', EXAMPLE_ID);
  const method = operation.method.toUpperCase();
  const lines = [
    `curl${method === 'GET' || body !== undefined ? '' : ` -X ${method}`} http://127.0.0.1:3000${path}`,
    ...(operation.open ? [] : [`-H ${quoted('authorization: Bearer YOUR-KEY')}`]),
    ...(body === undefined
      ? []
      : [`-H ${quoted('content-type: application/json')}`, `-d ${quoted(JSON.stringify(body))}`]),
  ];
  return lines.join(' \\\n  ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
