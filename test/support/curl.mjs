// Stands in for curl where there is none, with the few options that the README uses. Fails on others.
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    include: { type: 'boolean', short: 'i' },
    request: { type: 'string', short: 'X' },
    header: { type: 'string', short: 'H', multiple: true, default: [] },
    data: { type: 'string', short: 'd' },
  },
});
const headers = values.header.map((line) => {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
});
const answer = await fetch(positionals[0], {
  method: values.request ?? (values.data === undefined ? 'GET' : 'POST'),
  headers,
  body: values.data,
});
if (values.include) process.stdout.write(`HTTP/1.1 ${answer.status}\n\n`);
process.stdout.write(await answer.text());
// As curl does with --fail-with-body.
process.exitCode = answer.ok ? 0 : 22;
