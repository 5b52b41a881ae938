import type { Logger } from 'pino';
import type { TemplateCatalogue } from '../templates/catalogue.js';

/** Published templates are kept for 120 days from here; a `sendAt` may lie 90 days ahead. */
const TEMPLATES_RENEWED_EVERY_MS = 24 * 60 * 60 * 1000;

/** Has the published templates kept for as long as this process lives; answers what ends that. */
export function renewDaily(catalogue: TemplateCatalogue, log: Logger): () => void {
  const renewal = setInterval(() => {
    catalogue.renew().catch(() => log.warn('templates could not be renewed; tried again tomorrow'));
  }, TEMPLATES_RENEWED_EVERY_MS);
  return () => clearInterval(renewal);
}
