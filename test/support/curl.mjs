// Stands in for curl where there is none, with the few options that the README uses. Fails on others.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    include: { type: 'boolean', short: 'i' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd' },
    'upload-file': { type: 'string', short: 'T' },
  },
});
const file = values['upload-file'];
const body = file === undefined ? values.data : readFileSync(file);
const usual = file === undefined ? 'POST' : 'PUT';
const headers = values.header.map((line) => {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
});
const answer = await fetch(positionals[0], {
  method: values.request ?? (body === undefined ? 'GET' : usual),
  headers,
  body,
});
if (values.include) process.stdout.write(`HTTP/1.1 ${answer.status}\n\n`);
process.stdout.write(await answer.text());
// As curl does with --fail-with-body.
process.exitCode = answer.ok ? 0 : 22;
