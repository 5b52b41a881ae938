import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_JSON, type Problem } from '../../api/problems.js';
import { type Content, type Html, html } from '../../html/html.js';
import { RedisUnavailableError } from '../../queue/notifierErrors.js';
import { describeRedisFault } from '../../redis/redisFault.js';
import { panel, time } from './components.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer is a stream of events for a live page, and lasts for minutes: how long it took says nothing. */
    isStream?: boolean;
  }
}

export const EVENT_STREAM = 'text/event-stream; charset=utf-8';
/** The fragment that says why a page is not kept up to date; empty while it is. */
export const STANDING = 'standing';
/** Well within the time after which a page says that the api is silent (live.js). */
const REFUSED_COMES_AGAIN_MS = 5_000;

/** One server-sent event; `data` may have any line breaks. */
export function event(name: string, data: string): string {
  return `event: ${name}\n${data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}

/**
 * Lets a live page say why it gets no stream. A browser shows its page nothing of an answer that is no
 * stream: the page could only say that the api does not answer, which is untrue, and the browser would come
 * again later and later. So what is refused is answered with a stream that says why and ends.
 */
export function explainRefusedStreams(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { statusCode } = reply;
    if (statusCode < 400 || !wantsEvents(request)) return payload;
    const isProblem = reply.getHeader('content-type') === PROBLEM_JSON;
    const detail = isProblem ? (JSON.parse(String(payload)) as Problem).detail : undefined;
    const said = refusal(statusCode, request.headers.referer, detail);
    reply.code(200).type(EVENT_STREAM);
    return onlyStanding(said);
  });
}

/** Whether a live page asks, which can show nothing but events. */
export function wantsEvents({ routeOptions, headers }: FastifyRequest): boolean {
  return routeOptions.config.isStream === true && (headers.accept ?? '').includes('event-stream');
}

/** Lets a live page say why it is not kept up to date; it asks again by itself. */
export function sendStanding(reply: FastifyReply, said: Html): FastifyReply {
  return reply.code(200).type(EVENT_STREAM).send(onlyStanding(said));
}

function onlyStanding(said: Html): string {
  return `retry: ${REFUSED_COMES_AGAIN_MS}\n\n${event(STANDING, said.text)}`;
}

function refusal(status: number, referer: string | undefined, detail: string | undefined): Html {
  switch (status) {
    case 401: {
      const login = `/login?next=${encodeURIComponent(pageOf(referer))}`;
      return notLive('You are not logged in any more.', html`<a href="${login}">Log in</a>.`);
    }
    case 404:
      return notLive('What is shown here does not exist any more.', undefined);
    default:
      return notLive('This page is not kept up to date.', detail ?? 'The log of the api says why.');
  }
}

function notLive(what: string, todo: Content): Html {
  return panel(
    'open',
    html`<p><strong>${what}</strong> ${todo}</p>
<p>What stands below may be out of date. It goes on by itself once this is over.</p>`,
    'alert',
  );
}

/** Path and query of the page that a request came from. */
function pageOf(referer: string | undefined): string {
  if (referer === undefined || !URL.canParse(referer)) return '/';
  const { pathname, search } = new URL(referer);
  return `${pathname}${search}`;
}

/** What a page says when it cannot be kept up to date; `since` in epoch ms. */
export function notRead(error: unknown, since: number): Html {
  const isRedis = error instanceof RedisUnavailableError;
  const what = isRedis ? 'Redis does not answer' : 'What is shown here cannot be read';
  const why = isRedis ? describeRedisFault(error.fault) : 'The log of the api says why.';
  return panel(
    'bad',
    html`<p><strong>${what} since ${time(since)}.</strong> ${why}</p>
<p>What stands below is of before that moment. It goes on by itself.</p>`,
    'alert',
  );
}
