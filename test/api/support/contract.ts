import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../../../src/api/openApi.js';
import { ROUTES } from '../../../src/api/server.js';

const NAME = 'openapi.json';

/** Judges bodies by the OpenAPI document; an empty list means that they are as described. */
export function contract() {
  const document = openApiDocument(ROUTES);
  const open = judge(document);
  const closed = judge(JSON.parse(JSON.stringify(document, closeObjects)) as object);
  return {
    document,
    /** As callers have to judge: fields that are not described are fine. */
    problems: (pointer: string, body: unknown) => open(pointer, body),
    /** As we have to judge ourselves: nothing may be answered that is not described. */
    strictProblems: (pointer: string, body: unknown) => closed(pointer, body),
  };
}

/** The JSON pointer of a body's schema in the document. */
export function schemaPointer(
  path: string,
  method: string,
  status: number | 'request',
  type = 'application/json',
): string {
  const place = status === 'request' ? ['requestBody'] : ['responses', String(status)];
  return ['paths', path, method, ...place, 'content', type, 'schema']
    .map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1'))
    .join('/');
}

function judge(document: object) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, NAME);
  return (pointer: string, body: unknown): string[] => {
    const validate = ajv.compile({ $ref: `${NAME}#/${encodeURI(pointer)}` });
    if (validate(body)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}

function closeObjects(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('properties' in value)) return value;
  return { ...value, additionalProperties: false };
}
