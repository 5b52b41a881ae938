import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { httpProblem, sendProblem } from '../../api/problems.js';
import { type Content, type Html, html } from '../../html/html.js';
import { redactedError } from '../../ops/logger.js';
import { RedisUnavailableError } from '../../queue/notifierErrors.js';
import { EVENT_STREAM, event, notRead, STANDING } from './liveEvents.js';

/** Fragments of a page by name; each replaces what stands in the `livePart` of that name. */
export type LiveParts = Readonly<Record<string, Html>>;

/**
 * What screens are kept up to date about. All screens that show the same topic get the same fragments, so
 * these hold nothing that depends on who looks: forms stand beside the live parts.
 */
export interface LiveTopic {
  /** Equal keys are one topic. */
  key: string;
  /** Reads everything once for all screens. */
  read: () => Promise<LiveParts>;
}

/** The part of a page that is kept up to date from `url`; says so itself when it no longer is. */
export function liveRegion(url: string, body: Content): Html {
  return html`<div hx-ext="sse" sse-connect="${url}" data-live>
<div class="panel open stale" role="status"><p><strong>This page is not live any more</strong> <span data-stale-since></span></p>
<p>The api does not answer. What is shown is of that moment; it goes on by itself once the api answers.</p></div>
<div sse-swap="${STANDING}"></div>
${body}
</div>`;
}

/** One fragment within a live region; `content` is what it shows at first. */
export function livePart(name: string, content: Html): Html {
  return html`<div sse-swap="${name}">${content}</div>`;
}

/** A look at the whole deployment takes some 45 commands: 15 a second, however many screens are open. */
const EVERY_MS = 3_000;
/** Of so many topics each is looked at so often; of more, more seldom, so that all of them cost Redis the same. */
const TOPICS_AT_FULL_PACE = 2;
/** A screen then comes again by itself, and its login is looked at anew. */
const STREAM_LASTS_MS = 5 * 60_000;
const COME_AGAIN_MS = 1_000;
/** Screens of one process; each holds a connection. */
const SCREENS_AT_MOST = 200;

interface Screen {
  response: ServerResponse;
  /** What it was sent last, by name. */
  sent: Map<string, string>;
}

interface Poller {
  screens: Set<Screen>;
  parts: LiveParts;
  stop: AbortController;
}

/**
 * Keeps open pages up to date by server-sent events. One poller a topic and process feeds all screens; it
 * runs only while a screen is open, so what it costs Redis does not grow with the screens.
 */
export class LiveUpdates {
  readonly #pollers = new Map<string, Poller>();
  readonly #log: Logger;
  readonly #everyMs: number;

  constructor(app: FastifyInstance, log: Logger, everyMs = EVERY_MS) {
    this.#log = log;
    this.#everyMs = everyMs;
    app.addHook('preClose', async () => {
      for (const { screens } of this.#pollers.values()) {
        for (const { response } of screens) response.end();
      }
    });
  }

  /** Answers with the changes of a topic, until the screen is closed or has been open for minutes. */
  stream(reply: FastifyReply, topic: LiveTopic): FastifyReply {
    if (this.#screens() >= SCREENS_AT_MOST) {
      reply.header('retry-after', 30);
      return sendProblem(reply, httpProblem(503, 'Too many pages are open at once.'));
    }
    reply.hijack();
    const response = reply.raw;
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) response.setHeader(name, value);
    }
    // Some proxies would keep the events until there are many of them.
    response.writeHead(200, {
      'content-type': EVENT_STREAM,
      'x-accel-buffering': 'no',
    });
    response.write(`retry: ${COME_AGAIN_MS}\n\n`);
    // Nothing is shown at once: its page was made a moment ago, and what another screen was shown last may be older.
    const screen: Screen = { response, sent: new Map() };
    const poller = this.#pollerOf(topic);
    poller.screens.add(screen);
    const over = setTimeout(() => response.end(), STREAM_LASTS_MS);
    response.once('close', () => {
      clearTimeout(over);
      poller.screens.delete(screen);
      if (poller.screens.size > 0 || this.#pollers.get(topic.key) !== poller) return;
      this.#pollers.delete(topic.key);
      poller.stop.abort();
    });
    return reply;
  }

  #screens(): number {
    return [...this.#pollers.values()].reduce((sum, { screens }) => sum + screens.size, 0);
  }

  #pauseMs(): number {
    return this.#everyMs * Math.max(1, Math.ceil(this.#pollers.size / TOPICS_AT_FULL_PACE));
  }

  #pollerOf(topic: LiveTopic): Poller {
    let poller = this.#pollers.get(topic.key);
    if (poller === undefined) {
      poller = { screens: new Set(), parts: {}, stop: new AbortController() };
      this.#pollers.set(topic.key, poller);
      void this.#poll(topic, poller);
    }
    return poller;
  }

  async #poll(topic: LiveTopic, poller: Poller): Promise<void> {
    const { signal } = poller.stop;
    let failingSince: number | undefined;
    while (!signal.aborted) {
      try {
        poller.parts = { [STANDING]: html``, ...(await topic.read()) };
        failingSince = undefined;
      } catch (error) {
        if (failingSince === undefined && !(error instanceof RedisUnavailableError)) {
          this.#log.error(
            { error: redactedError(error), topic: topic.key },
            'a live page cannot be kept up to date',
          );
        }
        failingSince ??= Date.now();
        poller.parts = { ...poller.parts, [STANDING]: notRead(error, failingSince) };
      }
      for (const screen of poller.screens) show(screen, poller.parts);
      await delay(this.#pauseMs(), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Sends what has changed since this screen was sent it; a screen that does not read gets it later. */
function show({ response, sent }: Screen, parts: LiveParts): void {
  if (response.writableNeedDrain) return;
  for (const [name, { text }] of Object.entries(parts)) {
    if (sent.get(name) === text) continue;
    sent.set(name, text);
    response.write(event(name, text));
  }
  // So that a screen can see that the api lives, also while nothing changes.
  response.write(event('alive', ''));
}
