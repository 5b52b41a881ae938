import { type Html, html } from '../../html/html.js';
import type { DeliveryView } from '../../webhooks/delivery.js';
import type { WebhookStatus } from '../../webhooks/webhook.js';
import type { WebhookView } from '../../webhooks/webhookView.js';
import { badge, type Tone } from '../page/components.js';

/** Failures in a row from which on an active webhook is said to fail. */
const FAILING_FROM = 3;

const TONES: Readonly<Record<WebhookStatus, Tone>> = {
  active: 'good',
  paused: 'idle',
  disabled: 'bad',
};

export function isFailing({ status, failures }: WebhookView): boolean {
  return status === 'active' && failures >= FAILING_FROM;
}

export function statusBadge(view: WebhookView): Html {
  return isFailing(view) ? badge('bad', 'failing') : badge(TONES[view.status], view.status);
}

/** Where it leads. Path and query may be a secret of the receiver: operators alone see them. */
export function urlShown({ url }: WebhookView, isOperator: boolean): string {
  if (isOperator) return url;
  const { origin, pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}

const ERRORS: Readonly<Record<NonNullable<DeliveryView['error']>, string>> = {
  refused_address: 'its address is not allowed',
  dns: 'its name was not found',
  connect: 'no connection',
  tls: 'its certificate is not trusted, or TLS failed',
  timeout: 'no answer within 10 s',
  broken_off: 'the connection broke off',
  stopped: 'broken off by a stop of the worker',
};

const RESULTS: Readonly<Record<DeliveryView['result'], readonly [Tone, string]>> = {
  delivered: ['good', 'delivered'],
  retry: ['open', 'failed, tried again'],
  given_up: ['bad', 'failed'],
};

export function resultBadge({ result }: DeliveryView): Html {
  const [tone, words] = RESULTS[result];
  return badge(tone, words);
}

/** What was answered, or why nothing was. */
export function answerWords({ status, error, answer }: DeliveryView): Html {
  const outcome = error === undefined ? `HTTP ${status}` : ERRORS[error];
  return html`${outcome}${answer === undefined ? undefined : html` <span class="quiet under">${answer}</span>`}`;
}
