import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { queryDetails } from '../analytics/details.js';
import { badRequest, notFound, type Refused, refused } from '../answer.js';
import { ENDPOINTS, type Endpoint } from '../operation.js';
import type { World } from '../world.js';
import { admit } from './admission.js';
import { sendAgentlessEmail } from './agentlessEmails.js';
import { sendAgentlessMessage } from './agentlessMessages.js';
import { Arrivals } from './arrival.js';
import type { Handler } from './call.js';
import { getContact, lookUpContact } from './contacts.js';
import { answerHonestly } from './ending.js';
import { sendEngageMessage } from './engage.js';
import { login } from './login.js';
import { getRecordings } from './recordings.js';
import { getEmailDomain, getWebDeployment } from './senderSettings.js';
import { type Service, type Sleep, serve } from './serve.js';
import { getBulkMessages, getConversation, getMessageDetails } from './transcripts.js';

const HANDLERS = {
  'contact-lookup': lookUpContact,
  contact: getContact,
  'details-query': queryDetails,
  conversation: getConversation,
  'bulk-messages': getBulkMessages,
  'message-details': getMessageDetails,
  recordings: getRecordings,
  'web-deployment': getWebDeployment,
  'email-domain': getEmailDomain,
  'agentless-message': sendAgentlessMessage,
  'agentless-email': sendAgentlessEmail,
  engage: sendEngageMessage,
} as const satisfies { [K in keyof typeof ENDPOINTS]: Handler };

interface Parts {
  id?: string;
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
          id: request.params.id ?? '',
          query: { ...request.query },
          useNormalizedMessage: request.query.useNormalizedMessage !== 'false',
        };
        const perform = () => handle(world, call);
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
