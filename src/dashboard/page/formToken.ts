import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Html, html } from '../../html/html.js';
import { untilConnected, withTimeout } from '../../queue/timeout.js';
import type { RedisClient } from '../../redis/redisClient.js';
import { errorPanel } from './components.js';
import { sendPage } from './layout.js';

/** As long as a form may lie open and be sent twice by mistake. */
const REMEMBERED_FOR_S = 15 * 60;
/** A second click waits this long for what the first one comes to. */
const WAITS_MS = 5_000;
const LOOKS_EVERY_MS = 100;
const FIELD = 'once';
const FORM = /^[A-Za-z0-9_-]{22}$/;
const UNDER_WAY = '-';

/**
 * What a form did. `refused`: nothing was changed, and the answer has been sent; the same form may be
 * corrected and sent again. `done`: where to look at what came of it. `shown`: the answer has been sent and is shown
 * this once; a repeat leads to `location`.
 */
export type FormOutcome = { kind: 'done' | 'shown'; location: string } | { kind: 'refused' };

/**
 * Lets a form do its work once: a double click, a reload or a second tab of the same form leads to what
 * the first one did. The page draws a random token; the first to send it writes it to Redis.
 *
 * | the first one dies | a repeat finds | and |
 * |---|---|---|
 * | before its mark | nothing | is the first |
 * | after its mark, before or during the work | the mark without a place | says that it is not known what came of it |
 * | after the work, before its place is noted | the same | the same |
 */
export class FormTokens {
  readonly #redis: RedisClient;
  readonly #prefix: string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** The hidden field of a form that must do its work once. */
  field(): Html {
    return html`<input type="hidden" name="${FIELD}" value="${randomBytes(16).toString('base64url')}">`;
  }

  /**
   * Does `work` unless this form was sent before, and leads to what came of it. `work` gets the form's token, to name
   * by it what must exist once even if this process dies in between.
   *
   * @throws RedisUnavailableError before `work` begins, or what `work` throws
   */
  async once(
    request: FastifyRequest<{ Body: URLSearchParams | undefined }>,
    reply: FastifyReply,
    work: (token: string) => Promise<FormOutcome>,
  ): Promise<FastifyReply> {
    const token = request.body?.get(FIELD) ?? '';
    if (!FORM.test(token)) return sendNotDone(request, reply, INCOMPLETE);
    const key = `${this.#prefix}:form:${token}`;
    const isFirst = await this.#ask((redis) =>
      redis.set(key, UNDER_WAY, 'EX', REMEMBERED_FOR_S, 'NX'),
    );
    if (isFirst === null) {
      const location = await this.#placeOf(key);
      if (location === undefined) return sendNotDone(request, reply, NOT_KNOWN);
      return reply.redirect(location, 303);
    }
    const outcome = await work(token);
    if (outcome.kind === 'refused') {
      await this.#ask((redis) => redis.del(key));
      return reply;
    }
    await this.#ask((redis) => redis.set(key, outcome.location, 'EX', REMEMBERED_FOR_S));
    return outcome.kind === 'shown' ? reply : reply.redirect(outcome.location, 303);
  }

  async #placeOf(key: string): Promise<string | undefined> {
    for (let waited = 0; waited <= WAITS_MS; waited += LOOKS_EVERY_MS) {
      const place = await this.#ask((redis) => redis.get(key));
      if (place !== null && place !== UNDER_WAY) return place;
      // Its mark is gone: the first one was refused, and its own page says why.
      if (place === null) return undefined;
      await delay(LOOKS_EVERY_MS);
    }
    return undefined;
  }

  #ask<T>(command: (redis: RedisClient) => Promise<T>): Promise<T> {
    return withTimeout(untilConnected(this.#redis).then(() => command(this.#redis)));
  }
}

const INCOMPLETE = errorPanel(
  'Nothing was done: the form is incomplete.',
  'Open its page again and send it from there.',
);
const NOT_KNOWN = errorPanel(
  'This form was sent before, and it is not known yet what came of it.',
  'Look whether it was done. If it was not, open the page again and send the form from there.',
);

function sendNotDone(request: FastifyRequest, reply: FastifyReply, body: Html): FastifyReply {
  const title = 'Nothing more was done';
  return sendPage(request, reply, { title, body: html`<h1>${title}</h1>${body}`, status: 409 });
}
