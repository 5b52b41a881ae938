import { type Answer, accepted, notFound } from '../answer.js';
import type { World } from '../state.js';
import type { Call } from './call.js';

/** Genesys: request.bytes.max and others of the published limits. */
function limitsOf({ settings }: World): Record<string, Record<string, number>> {
  const perToken = settings.reportedRequestsPerMinute ?? settings.requestsPerMinute;
  return {
    'platform.api': {
      'client.credentials.token.rate.per.minute': perToken,
      'token.rate.per.minute': 300,
      'org.app.user.rate.per.minute': 3000,
      'request.bytes.max': 512_000,
    },
    analytics: {
      'details.jobs.concurrent.access.max': settings.concurrentJobs,
      'details.jobs.rate.per.second': 10,
      'details.jobs.page.size.max': settings.jobPageSize,
    },
    'external.contacts': { 'contacts.export.concurrent.max': 1 },
    recording: { 'batch.request.entries.max': 100 },
    notifications: { 'channels.per.app.max': 20, 'topics.per.channel.max': 1000 },
    conversation: {},
    messaging: {},
    'web.messaging': {},
    email: {},
    'auth.api': {},
  };
}

/**
 * Genesys: GET /organizations/limits/namespaces/{namespaceName}, the limits in force. Most keys are not
 * documented where we could read them: those of exports, batches and channels are guesses.
 */
export function getLimits(world: World, { id }: Call): Answer {
  const limits = limitsOf(world)[id];
  if (limits === undefined) return notFound('The namespace was not found.');
  const entities = Object.entries(limits).map(([key, value]) => ({ key, namespace: id, value }));
  return accepted({ entities });
}
