import { randomUUID } from 'node:crypto';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryDetails } from '../analytics/details.js';
import {
  authenticationRequired,
  badCredentials,
  badRequest,
  notFound,
  type Refused,
  refused,
  tooManyRequests,
} from '../answer.js';
import {
  getContactExport,
  listContactExports,
  startContactExport,
} from '../bulk/contactExports.js';
import {
  cancelDetailsJob,
  getDetailsJob,
  getDetailsJobResults,
  getJobsAvailability,
  startDetailsJob,
} from '../bulk/detailsJobs.js';
import { getDncExport, getDownload, listDncLists, startDncExport } from '../bulk/dncLists.js';
import { getRecordingBatch, startRecordingBatch } from '../bulk/recordingBatches.js';
import { ENDPOINTS } from '../endpoints.js';
import { checkPermission, type Endpoint, type Operation, type Permission } from '../operation.js';
import type { RequestRecord } from '../requestLog.js';
import type { World } from '../state.js';
import { sendAgentlessEmail, sendAgentlessMessage, sendEngageMessage } from './agentless.js';
import type { Handler } from './call.js';
import {
  addSubscriptions,
  createChannel,
  deleteSubscriptions,
  listChannels,
  listSubscriptions,
  replaceSubscriptions,
} from './channels.js';
import { getBulkContacts, getContact, lookUpContact, searchContacts } from './contacts.js';
import { getEmailConversation, getEmailMessage, getEmailMessages } from './emailConversations.js';
import { getLimits } from './limits.js';
import { login } from './login.js';
import { getBulkMessages, getConversation, getMessageDetails } from './messages.js';
import { getRecordings } from './recordings.js';
import { getEmailDomain, getWebDeployment } from './senderSettings.js';
import { answerHonestly, type Service, type Sleep, serve } from './serve.js';
import { getSummaries } from './summaries.js';

/**
 * Who may come in: a valid token, then the rate limit, then the permission. In this order, so that a
 * caller without a token uses up no client's limit, and a client without a permission uses up its own.
 *
 * @returns the refusal, or null when the request may go on.
 */
function admit(
  world: World,
  record: RequestRecord,
  authorization: string | undefined,
  permission: Permission,
): Refused | null {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return authenticationRequired();
  record.client = world.tokens.clientOf(token, world.now());
  if (record.client === null) return badCredentials();

  const { requestsPerMinute, rateLimitWindowMs, permissions } = world.settings;
  const admission = world.limiter.admit(world.now(), requestsPerMinute, rateLimitWindowMs);
  if (!admission.admitted) {
    return tooManyRequests(String(admission.retryAfterSeconds), {
      key: 'client.credentials.token.rate.per.minute',
      namespace: 'platform.api',
      value: requestsPerMinute,
    });
  }
  return checkPermission(permission, permissions);
}

/** Ties each request to its record, from its arrival to its end. */
class Arrivals {
  readonly #records = new WeakMap<FastifyRequest, RequestRecord>();

  constructor(private readonly world: World) {}

  /** Records a request the moment its headers are here, before anything may refuse it. */
  note(request: FastifyRequest, operation: Operation | 'unknown'): RequestRecord {
    const [path = ''] = request.url.split('?', 1);
    const record: RequestRecord = {
      at: this.world.now(),
      method: request.method,
      path,
      operation,
      status: null,
      fault: null,
      client: null,
      correlationId: randomUUID(),
      bytes: Number(request.headers['content-length'] ?? 0),
    };
    this.#records.set(request, record);
    this.world.requests.add(record);
    return record;
  }

  of(request: FastifyRequest): RequestRecord {
    return this.#records.get(request) ?? this.note(request, 'unknown');
  }
}

const HANDLERS = {
  'contact-lookup': lookUpContact,
  contact: getContact,
  'contact-search': searchContacts,
  'bulk-contacts': getBulkContacts,
  'details-query': queryDetails,
  conversation: getConversation,
  'email-conversation': getEmailConversation,
  'email-messages': getEmailMessages,
  'email-message': getEmailMessage,
  'bulk-messages': getBulkMessages,
  'message-details': getMessageDetails,
  recordings: getRecordings,
  'web-deployment': getWebDeployment,
  'email-domain': getEmailDomain,
  'agentless-message': sendAgentlessMessage,
  'agentless-email': sendAgentlessEmail,
  engage: sendEngageMessage,
  'channel-create': createChannel,
  'channel-list': listChannels,
  'subscriptions-replace': replaceSubscriptions,
  'subscriptions-add': addSubscriptions,
  'subscriptions-list': listSubscriptions,
  'subscriptions-delete': deleteSubscriptions,
  'contact-export-start': startContactExport,
  'contact-export': getContactExport,
  'contact-exports': listContactExports,
  'details-job-start': startDetailsJob,
  'details-job': getDetailsJob,
  'details-job-results': getDetailsJobResults,
  'details-job-cancel': cancelDetailsJob,
  'details-jobs-availability': getJobsAvailability,
  'recording-batch-start': startRecordingBatch,
  'recording-batch': getRecordingBatch,
  summaries: getSummaries,
  'dnc-lists': listDncLists,
  'dnc-export-start': startDncExport,
  'dnc-export': getDncExport,
  download: getDownload,
  limits: getLimits,
} as const satisfies { [K in keyof typeof ENDPOINTS]: Handler };

interface Parts {
  id?: string;
  messageId?: string;
  useNormalizedMessage?: string;
}

/** The paths of the platform: login, /api/v2, and the platform's 404 for everything else. */
export function platformRoutes(app: FastifyInstance, world: World, sleep: Sleep): void {
  const arrivals = new Arrivals(world);

  // Set before the answer leaves, so that a client which has it finds it in the record.
  app.addHook('onSend', async (request, reply) => {
    arrivals.of(request).status = reply.statusCode;
  });
  app.setNotFoundHandler((request, reply) => {
    const record = arrivals.of(request);
    reply.header('ININ-Correlation-Id', record.correlationId);
    answerHonestly(reply, record, notFound('The requested resource was not found.'));
  });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    answerHonestly(reply, arrivals.of(request), refusalOf(error));
  });

  const run = (request: FastifyRequest, reply: FastifyReply, service: Service): Promise<void> =>
    serve(world, sleep, reply, arrivals.of(request), service);

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    scope.route({
      method: 'POST',
      url: '/oauth/token',
      onRequest: async (request, reply) => {
        reply.header('ININ-Correlation-Id', arrivals.note(request, 'login').correlationId);
      },
      handler: async (request, reply) => {
        await run(request, reply, {
          operation: 'login',
          permission: { need: 'none' },
          perform: () => login(world, request.headers.authorization, request.body),
        });
        return reply;
      },
    });
  });

  app.register(async (scope) => {
    scope.removeContentTypeParser('text/plain');
    for (const endpoint of Object.values(ENDPOINTS)) apiRoute(scope, endpoint);
  });

  function apiRoute(
    scope: FastifyInstance,
    endpoint: Endpoint & { operation: keyof typeof HANDLERS },
  ) {
    const { operation, permission, method, path } = endpoint;
    const handle = HANDLERS[operation];
    scope.route<{ Params: Parts; Querystring: Parts }>({
      method,
      url: path,
      // Before the body is read: the platform refuses large bodies without a token unread.
      onRequest: async (request, reply) => {
        const record = arrivals.note(request, operation);
        reply.header('ININ-Correlation-Id', record.correlationId);
        const refusal = admit(world, record, request.headers.authorization, permission);
        if (refusal !== null) answerHonestly(reply, record, refusal);
        return refusal === null ? undefined : reply;
      },
      handler: async (request, reply) => {
        const call = {
          body: request.body,
          client: arrivals.of(request).client ?? '',
          host: request.host,
          id: request.params.id ?? '',
          messageId: request.params.messageId ?? '',
          query: { ...request.query },
          useNormalizedMessage: request.query.useNormalizedMessage !== 'false',
        };
        const perform = () => handle(world, { ...call, fault: arrivals.of(request).fault });
        await run(request, reply, { operation, permission, perform });
        return reply;
      },
    });
  }
}

/** What the server itself refuses, in the platform's words. */
function refusalOf({ statusCode }: FastifyError): Refused {
  switch (statusCode) {
    case 413:
      return refused(413, 'request.entity.too.large', 'The request is over 512000 bytes.');
    case 415:
      return refused(415, 'unsupported.media.type', 'The content type is not supported.');
    case 503:
      return refused(503, 'service.unavailable', 'Too many large requests at once.');
    case undefined:
    case 500:
      return refused(500, 'internal.server.error', 'The sandbox failed to serve the request.');
    default:
      return badRequest('The request body is not valid JSON.');
  }
}
