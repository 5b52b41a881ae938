import type { FastifyInstance } from 'fastify';

/** A parsed JSON object: no array, not null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Bodies are JSON and nothing else. Plain text is refused too, which also keeps web pages of other
 * origins from posting without asking first. An empty body counts as none: many clients announce
 * JSON with every request, those without a body included.
 */
export function acceptOnlyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      if (body === '') done(null, undefined);
      else parse(request, body, done);
    },
  );
}
