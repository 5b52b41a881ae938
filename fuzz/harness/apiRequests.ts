import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { openApiDocument } from '#product/api/openApi.js';
import { ROUTES } from '#product/api/server.js';
import { API_KEY, type ApiRequest } from './apiProcess.js';
import { rowsFile } from './files.js';
import { fromSchema, knownOr } from './fromSchema.js';
import { damaged, jsonBytes, mutated, PERSONAL, text } from './hostile.js';

type Schema = { [keyword: string]: unknown };

const DOCUMENT = openApiDocument(ROUTES);
const COMPONENTS = DOCUMENT.components.schemas;

/** Names the case, so that an answer can be judged by what was asked. */
const JSON_TYPE = 'application/json';

interface Operation {
  method: string;
  path: string;
  parameters: { name: string; in: string; schema: Schema }[];
  types: readonly string[];
  body?: Schema;
}

const OPERATIONS: readonly Operation[] = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
    method: method.toUpperCase(),
    path,
    parameters: parameters.map(({ name, in: place, schema }) => ({
      name,
      in: place,
      schema: schema as Schema,
    })),
    types: Object.keys(requestBody?.content ?? {}),
    body: requestBody?.content[JSON_TYPE]?.schema,
  })),
);

/** Latin letters only, without line ends: what Node.js sends of a header at all. */
const headerText = text.map((value) => value.replace(/[^\x20-\x7e\x80-\xff]/g, ''));

const authorization = fc.oneof(
  { weight: 12, arbitrary: fc.constant<string | undefined>(`Bearer ${API_KEY}`) },
  { weight: 1, arbitrary: fc.constant<string | undefined>(undefined) },
  { weight: 1, arbitrary: headerText.map((value): string | undefined => `Bearer ${value}`) },
  { weight: 1, arbitrary: headerText.map((value): string | undefined => value) },
);

const contentType = fc.oneof(
  fc.constantFrom(
    JSON_TYPE,
    'application/json; charset=utf-16',
    'APPLICATION/JSON;;;',
    'text/csv; charset=latin1; charset=utf-8',
    'text/csv; charset="',
    'application/x-ndjson',
    'multipart/form-data; boundary=a',
    'application/x-www-form-urlencoded',
    '',
  ),
  headerText,
);

/** Percent-encoded, halves of letters as well. */
function encoded(value: unknown): string {
  return [...Buffer.from(String(value))]
    .map((byte) =>
      /[A-Za-z0-9._~-]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, '0')}`,
    )
    .join('');
}

const parameterOf = ({ name, schema }: Operation['parameters'][number]) =>
  fc.oneof(
    { weight: 3, arbitrary: knownOr(name, fromSchema(schema, COMPONENTS)) },
    { weight: 1, arbitrary: text },
  );

function requestFor(operation: Operation): fc.Arbitrary<ApiRequest> {
  const values = fc.record(
    Object.fromEntries(operation.parameters.map((each) => [each.name, parameterOf(each)])),
    { requiredKeys: operation.parameters.filter((p) => p.in === 'path').map((p) => p.name) },
  );
  const typed = operation.types.length > 0 ? fc.constantFrom(...operation.types) : contentType;
  return fc
    .record({
      values,
      body: bodyFor(operation),
      type: fc.oneof({ weight: 6, arbitrary: typed }, { weight: 1, arbitrary: contentType }),
      authorization,
    })
    .map((drawn) => ({
      method: operation.method,
      path: pathOf(operation, drawn.values),
      headers: {
        ...(drawn.body !== undefined && { 'content-type': drawn.type }),
        ...(drawn.authorization !== undefined && { authorization: drawn.authorization }),
        ...headersOf(operation, drawn.values),
      },
      body: drawn.body,
    }));
}

function pathOf({ path, parameters }: Operation, values: Record<string, unknown>): string {
  const query = parameters
    .filter(({ name, in: place }) => place === 'query' && values[name] !== undefined)
    .flatMap(({ name }) => {
      const value = values[name];
      const all = Array.isArray(value) ? value : [value];
      return all.map((each) => `${name}=${encoded(each)}`);
    });
  const filled = path.replace(/\{(\w+)\}/g, (_whole, name: string) => encoded(values[name]));
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

function headersOf(
  { parameters }: Operation,
  values: Record<string, unknown>,
): Record<string, string> {
  return Object.fromEntries(
    parameters
      .filter(({ name, in: place }) => place === 'header' && values[name] !== undefined)
      .map(({ name }) => [name, String(values[name]).replace(/[^\x20-\x7e]/g, '')]),
  );
}

function bodyFor({ body, types }: Operation): fc.Arbitrary<Buffer | undefined> {
  if (types.length === 0) {
    const odd = fc.oneof(fc.constant(undefined), fc.constant(Buffer.from('{}')), anyBytes);
    return fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, odd);
  }
  if (body === undefined) return rowsFile;
  const sound = fromSchema(body, COMPONENTS);
  return fc.oneof(
    { weight: 3, arbitrary: sound.map(jsonBytes) },
    { weight: 6, arbitrary: mutated(sound).map(jsonBytes) },
    { weight: 3, arbitrary: damaged(sound.map(jsonBytes)) },
    { weight: 1, arbitrary: hugeJson },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  text.map((value) => Buffer.from(value)),
  fc.uint8Array({ maxLength: 50 }).map((bytes) => gzipSync(bytes)),
);

/** Large for a body, and made in no time: what is behind it is never looked at by an eye. */
const hugeJson = fc
  .tuple(
    fc.constantFrom(
      '[',
      '{"a":',
      '"',
      '[[],',
      '{"a":1,"a":2,',
      '1',
      '\\u0000',
      '{"recipient":{"email":"',
    ),
    fc.constantFrom(100, 5_000, 100_000),
  )
  .map(([piece, times]) => Buffer.from(piece.repeat(times)));

/** Each operation of the OpenAPI document, with values as it describes them and with others. */
export const describedRequest: fc.Arbitrary<ApiRequest> = fc.oneof(...OPERATIONS.map(requestFor));

/** A single notification, by the name of its body's schema. */
export const notificationBody: fc.Arbitrary<unknown> = fc.oneof(
  fromSchema({ $ref: '#/components/schemas/NotificationRequest' }, COMPONENTS),
  mutated(fromSchema({ $ref: '#/components/schemas/NotificationRequest' }, COMPONENTS)),
);

const PATHS = [
  ...Object.keys(DOCUMENT.paths),
  '/',
  '/login',
  '/logout',
  '/docs',
  '/openapi.json',
  '/notifications',
  '/notifications/a',
  '/campaigns',
  '/campaigns/new',
  '/suppressions',
  '/webhooks',
  '/people',
  '/audit',
  '/settings',
  '/templates',
  '/templates/order-update',
  '/queues',
  '/sending/resume',
  '/overview/flow.json',
  '/u/a',
  '/u/AAAA',
  '/metrics',
  '*',
  '//',
  '/v1/../healthz',
  'http://elsewhere.example/v1/status',
];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

const NAMES = [
  'host',
  'origin',
  'referer',
  'cookie',
  'accept',
  'accept-language',
  'range',
  'if-none-match',
  'content-encoding',
  'transfer-encoding',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-http-method-override',
  'idempotency-key',
  'sec-fetch-site',
  'hx-request',
  'last-event-id',
  'traceparent',
  'x-made-up',
];

/** Any method at any path, with any query, headers and body. */
export const anyRequest: fc.Arbitrary<ApiRequest> = fc
  .record({
    method: fc.constantFrom(...METHODS),
    path: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...PATHS) },
      { weight: 1, arbitrary: text.map((value) => `/${value}`) },
    ),
    more: fc.oneof(
      fc.constant(''),
      text.map((value) => `/${value}`),
    ),
    query: fc.oneof(
      fc.constant(''),
      text.map((value) => `?${value}`),
      queryOf(),
    ),
    headers: fc.dictionary(fc.constantFrom(...NAMES), headerText, { maxKeys: 4 }),
    type: contentType,
    authorization,
    body: fc.oneof(fc.constant(undefined), anyBytes, hugeJson),
  })
  .map(({ method, path, more, query, headers, type, authorization: key, body }) => {
    // The body that is sent is always whole: what is not is tried on a bare socket.
    const { 'transfer-encoding': _unframed, ...framed } = headers;
    return {
      method,
      path: `${path}${more}${query}`.replace(/[^\x21-\x7e]/g, encoded),
      headers: {
        ...framed,
        ...(body !== undefined && { 'content-type': type }),
        ...(key !== undefined && { authorization: key }),
      },
      body,
    };
  });

function queryOf(): fc.Arbitrary<string> {
  const names = fc.constantFrom(
    'limit',
    'after',
    'before',
    'state',
    'from',
    'id',
    'row',
    'map',
    'q',
  );
  return fc
    .array(fc.tuple(names, text), { maxLength: 5 })
    .map((pairs) => `?${pairs.map(([name, value]) => `${name}=${encoded(value)}`).join('&')}`);
}

/** Bytes that mean to be HTTP, and are not quite: lengths that lie, two of them, chunks, line ends. */
export const rawBytes: fc.Arbitrary<Buffer> = damaged(
  fc
    .record({
      line: fc.constantFrom(
        'POST /v1/notifications HTTP/1.1',
        'GET /v1/status HTTP/1.1',
        'PUT /v1/campaigns/a/rows HTTP/1.1',
        'GET / HTTP/1.0',
        'PRI * HTTP/2.0',
      ),
      headers: fc.array(
        fc.oneof(
          fc.constantFrom(
            'Host: localhost',
            'Content-Type: application/json',
            'Content-Length: 4',
            'Content-Length: 99999999999999999999',
            'Content-Length: -1',
            'Transfer-Encoding: chunked',
            'Transfer-Encoding: chunked, identity',
            'Transfer-Encoding : chunked',
            'Expect: 100-continue',
            'Upgrade: websocket',
            'Connection: upgrade',
            ` folded: ${PERSONAL}`,
          ),
          text,
        ),
        { maxLength: 6 },
      ),
      body: fc.oneof(fc.constantFrom('', '4\r\n{}  \r\n0\r\n\r\n', 'ffffffffff\r\n', '{}'), text),
    })
    .map(({ line, headers, body }) =>
      Buffer.from(`${[line, ...headers].join('\r\n')}\r\n\r\n${body}`, 'latin1'),
    ),
);
