import { createBullBoard } from '@bull-board/api';
import type { AppControllerRoute } from '@bull-board/api/typings/app';
import { FastifyAdapter } from '@bull-board/fastify';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../audit/auditCaller.js';
import { html } from '../../html/html.js';
import { redactedError } from '../../ops/logger.js';
import { may } from '../../people/role.js';
import { flowStatus } from '../../queue/flowStatus.js';
import { INTAKE, QUEUE_NAMES } from '../../queue/intakeJob.js';
import { RedisUnavailableError } from '../../queue/notifierErrors.js';
import type { Operations } from '../../queue/operations.js';
import { time } from '../page/components.js';
import { sendRedisUnavailable } from '../page/layout.js';
import { type BoardParts, boardRoutes, failure } from './boardRoutes.js';
import { ReadableQueue } from './readableQueue.js';

export const BOARD = '/queues';

/** Each look asks Redis a dozen questions, and many people leave a tab open. */
const POLL_EVERY_S = 15;

/**
 * The library sets colours and sizes as style attributes; everything else is as strict as on our own
 * pages. Its page asks a font service of another company for a font, which is taken out:
 * that company would learn who looks at the dashboard.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
const FONT_SERVICE = /<link[^>]*fonts\.googleapis\.com[^>]*>\s*/g;

/** The library has a text for few errors; the message says what it is about. */
const KEY = 'ERRORS.INTERNAL_SERVER_ERROR';

class BoardAdapter extends FastifyAdapter {
  readonly #parts: BoardParts;

  constructor(parts: BoardParts) {
    super();
    this.#parts = parts;
  }

  override setApiRoutes(offered: AppControllerRoute[]): FastifyAdapter {
    return super.setApiRoutes(boardRoutes(offered, this.#parts));
  }

  /** The library's own handler answers with the error's message, which may quote what it stumbled over. */
  override setErrorHandler(): this {
    return super.setErrorHandler((error) => {
      if (error instanceof RedisUnavailableError) {
        return failure(503, KEY, 'Redis is unavailable. Try again later.');
      }
      // Such as a path that leaves the folder of the library's own files.
      const { statusCode = 500 } = error as { statusCode?: number };
      if (statusCode >= 400 && statusCode < 500) {
        return failure(statusCode, KEY, 'There is nothing at this URL.');
      }
      return failure(500, KEY, `A defect: ${redactedError(error).name}`);
    });
  }
}

/**
 * The library has no setting for these: editing data, moving a delay, the menu of a queue and all that
 * acts on every job at once. Nothing is served behind them. Its buttons are distinguished by their icons,
 * and those of a single job by a class of its style sheet.
 */
const OF_ONE_JOB = '[class*="button-GXX8BV"]';
const DEAD_BUTTONS = [
  'button:has(> .lucide-pencil)',
  'button:has(> .lucide-clock)',
  'button:has(> .lucide-ellipsis-vertical)',
  ...['refresh-cw', 'trash-2', 'corner-up-left'].map(
    (icon) => `button:not(${OF_ONE_JOB}):has(> .lucide-${icon})`,
  ),
].join(',');
const WITHOUT_DEAD_BUTTONS = `<style>${DEAD_BUTTONS} { display: none; }</style>`;
/** For people who may not press them; the guard refuses them all the same. */
const WITHOUT_JOB_BUTTONS = `<style>button${OF_ONE_JOB} { display: none; }</style>`;

/** What its page loads, which is no page. */
const OF_THE_LIBRARY = /^\/queues\/(?:api|static)\//;

const NOTICE_STYLE =
  'position:fixed;bottom:0;left:0;right:0;z-index:9999;padding:.6rem 1rem;background:#7d1128;color:#fff;font:15px/1.4 system-ui,sans-serif';

/**
 * What keeps notifications from flowing, at the foot of the library's page: a board full of counts must
 * not look as if all were well. It says of which moment it is, since the page stays open.
 */
async function flowNotice(operations: Operations): Promise<string> {
  const details = await operations.status().then(
    (fleet) => flowStatus(fleet).obstacles.map(({ detail }) => detail),
    () => ['it could not be read whether notifications flow.'],
  );
  if (details.length === 0) return '';
  return html`<div role="status" style="${NOTICE_STYLE}">
At ${time(Date.now())}: ${details.join(' ')}
<a href="/" style="color:#fff">What to do about it</a></div>`.text;
}

/**
 * Without Redis the library's page would say that there are no queues. To be registered before the login
 * is looked at, which Redis is asked about, too.
 */
export function pagesNeedRedis(app: FastifyInstance, operations: Operations): void {
  app.addHook('onRequest', async (request, reply) => {
    if (OF_THE_LIBRARY.test(request.url)) return;
    try {
      await operations.status();
    } catch (error) {
      if (!(error instanceof RedisUnavailableError)) throw error;
      return sendRedisUnavailable(request, reply, error);
    }
  });
}

/** The queue dashboard, at `/queues`. The code that registers this has seen to it that only some may come here. */
export function boardPlugin(app: FastifyInstance, parts: Omit<BoardParts, 'callers'>): void {
  const { readOnly, queues } = parts;
  const callers = new WeakMap<object, Caller>();
  app.addHook('onRequest', async ({ headers, caller }) => {
    callers.set(headers, caller);
  });
  const adapter = new BoardAdapter({ ...parts, callers });
  adapter.setBasePath(BOARD);
  createBullBoard({
    // The buttons act on notifications, and a job of the intake is none yet.
    queues: QUEUE_NAMES.map(
      (name) => new ReadableQueue(queues[name], { readOnlyMode: readOnly || name === INTAKE }),
    ),
    serverAdapter: adapter,
    options: {
      uiConfig: {
        boardTitle: 'proactive-notifier',
        hideDocsLink: true,
        miscLinks: [
          { text: 'Overview', url: '/' },
          { text: 'Notifications', url: '/notifications' },
        ],
        pollingInterval: { showSetting: false, forceInterval: POLL_EVERY_S },
      },
    },
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', POLICY);
  });
  app.addHook('onSend', async ({ person }, _reply, payload) => {
    if (typeof payload !== 'string' || !payload.includes('<!DOCTYPE html>')) return payload;
    const notice = await flowNotice(parts.operations);
    const hidden = `${WITHOUT_DEAD_BUTTONS}${may(person, 'operator') ? '' : WITHOUT_JOB_BUTTONS}`;
    return payload
      .replace(FONT_SERVICE, '')
      .replace(/<\/head>/i, (end) => `${hidden}${end}`)
      .replace(/<\/body>/i, (end) => `${notice}${end}`);
  });
  app.register(adapter.registerPlugin());
}
