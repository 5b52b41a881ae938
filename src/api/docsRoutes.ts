import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { docsPage } from './docsPage/page.js';
import { STYLE } from './docsPage/style.js';
import { allowOnly } from './methods.js';
import { openApiDocument } from './openapi/document.js';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** The page may show itself and nothing else: no script, no picture, no form, no frame around it. */
const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/openapi.json` and `/docs`: what the API is, for machines and people. Neither needs a key. */
export function docsRoutes(app: FastifyInstance): void {
  const document = openApiDocument();
  const json = JSON.stringify(document);
  const page = docsPage(document);

  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(json),
  );
  allowOnly(app, '/openapi.json', ['GET', 'HEAD']);

  app.get('/docs', async (_request, reply) =>
    reply
      .headers({ 'content-security-policy': PAGE_POLICY, 'referrer-policy': 'no-referrer' })
      .type('text/html; charset=utf-8')
      .send(page),
  );
  allowOnly(app, '/docs', ['GET', 'HEAD']);
}
