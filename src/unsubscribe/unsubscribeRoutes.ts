import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allowOnly } from '../api/route.js';
import type { Keyring } from '../notification/keyring.js';
import { RedisUnavailableError } from '../queue/notifierErrors.js';
import {
  readUnsubscribeToken,
  templateTags,
  UNSUBSCRIBE_PATH,
  type UnsubscribeTarget,
} from '../suppression/unsubscribeLink.js';
import type { TemplateManifest } from '../templates/manifest.js';
import {
  askPage,
  donePage,
  laterPage,
  type Message,
  PAGE_POLICY,
  type PageParts,
  tooManyPage,
  wrongPage,
} from './unsubscribePage.js';
import type { Scope, Unsubscriber } from './unsubscriber.js';
import { languageFor } from './unsubscribeWords.js';

export interface UnsubscribeParts {
  keyring: Keyring;
  unsubscriber: Pick<Unsubscriber, 'stop'>;
  /** Who writes to the customer: GENESYS_EMAIL_FROM_NAME. */
  sender?: string;
  /** What customers may read of the templates that are there. */
  templates: readonly {
    name: string;
    manifest: Pick<TemplateManifest, 'title' | 'language'>;
  }[];
}

const WINDOW_MS = 60_000;
/** Addresses, or links, whose counts are kept. */
const MOST_COUNTED = 10_000;
/** From one network address. A proxy has one for all, so right links are not counted here. */
const WRONG_LINKS_A_MINUTE = 600;
/** Of one right link: the button needs one, a mail program perhaps a few. */
const STOPS_A_MINUTE = 10;
/** A form of one field; a one-click request of RFC 8058 is smaller. */
const BODY_LIMIT = 16 * 1024;

/**
 * The page on which customers unsubscribe, for any visitor from anywhere: no login, no key, no cookie, no script.
 *
 * A GET changes nothing and asks Redis nothing: mail scanners follow links. A POST stops what its form says; a
 * request of RFC 8058 (`List-Unsubscribe=One-Click`), or any other without that form, stops all. There is nothing
 * in it to forge: who can send the request has the link, and could press the button.
 *
 * A wrong link is answered alike whatever is wrong with it, from the link alone. It cannot tell whether a customer exists.
 */
export async function unsubscribeRoutes(
  app: FastifyInstance,
  { keyring, unsubscriber, sender, templates }: UnsubscribeParts,
): Promise<void> {
  await app.register(rateLimit, { global: false, cache: MOST_COUNTED });
  const wrongLinks = app.createRateLimit({
    max: WRONG_LINKS_A_MINUTE,
    timeWindow: WINDOW_MS,
    keyGenerator: ({ ip }) => ip,
  });
  const stops = app.createRateLimit({
    max: STOPS_A_MINUTE,
    timeWindow: WINDOW_MS,
    keyGenerator: (request) => tokenIn(request),
  });
  const manifests = new Map(
    templates.flatMap(({ name, manifest }) =>
      templateTags(name, keyring).map((tag) => [tag.toString('hex'), manifest] as const),
    ),
  );

  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    '*',
    { parseAs: 'string', bodyLimit: BODY_LIMIT },
    (_request, body, done) => done(null, body),
  );
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'cache-control': 'no-store',
      'content-security-policy': PAGE_POLICY,
      // The URL is the link: it must not go anywhere else.
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex',
    });
  });

  const look = (request: FastifyRequest) => {
    const target = readUnsubscribeToken(tokenIn(request), keyring);
    const manifest = target && manifests.get(target.templateTag.toString('hex'));
    const language = languageFor(request.headers['accept-language'], manifest?.language);
    return { target, title: manifest?.title, page: { language, sender } satisfies PageParts };
  };

  const wrong = async (request: FastifyRequest, reply: FastifyReply, page: PageParts) => {
    const rate = await wrongLinks(request);
    if (rate.isAllowed || !rate.isExceeded) return send(reply, 404, wrongPage(page));
    return tooMany(reply, page, rate.ttlInSeconds);
  };

  app.get(`${UNSUBSCRIBE_PATH}*`, async (request, reply) => {
    const { target, title, page } = look(request);
    if (target === undefined) return wrong(request, reply, page);
    return send(reply, 200, askPage(page, { channel: target.channel, title }));
  });

  app.post<{ Body: string | undefined }>(`${UNSUBSCRIBE_PATH}*`, async (request, reply) => {
    const { target, title, page } = look(request);
    if (target === undefined) return wrong(request, reply, page);
    const rate = await stops(request);
    if (!rate.isAllowed && rate.isExceeded) return tooMany(reply, page, rate.ttlInSeconds);
    const message = { channel: target.channel, title };
    const scope = scopeIn(request.body);
    return stop(request, reply, { target, scope, message, page });
  });

  async function stop(
    request: FastifyRequest,
    reply: FastifyReply,
    { target, scope, message, page }: Wish,
  ): Promise<FastifyReply> {
    try {
      await unsubscriber.stop(target, scope);
    } catch (error) {
      if (!(error instanceof RedisUnavailableError)) throw error;
      request.log.warn('an unsubscription could not be stored: Redis is unavailable');
      reply.header('retry-after', 60);
      return send(reply, 503, laterPage(page, message));
    }
    request.log.info({ channel: target.channel, scope }, 'unsubscribed');
    return send(reply, 200, donePage(page, message, scope));
  }

  allowOnly(app, `${UNSUBSCRIBE_PATH}*`, ['GET', 'HEAD', 'POST']);
}

interface Wish {
  target: UnsubscribeTarget;
  scope: Scope;
  message: Message;
  page: PageParts;
}

function tokenIn({ params }: FastifyRequest): string {
  return (params as { '*'?: string })['*'] ?? '';
}

/** Only the page's own form asks for less than all. */
function scopeIn(body: string | undefined): Scope {
  return new URLSearchParams(body ?? '').get('scope') === 'only' ? 'only' : 'all';
}

function tooMany(reply: FastifyReply, page: PageParts, seconds: number): FastifyReply {
  reply.header('retry-after', Math.max(1, seconds));
  return send(reply, 429, tooManyPage(page));
}

function send(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page);
}
