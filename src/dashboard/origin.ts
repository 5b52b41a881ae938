import type { IncomingHttpHeaders } from 'node:http';
import { isLoopbackHost } from '../queue/connection.js';

/**
 * Whether a request that changes something comes from one of our own pages. Browsers say so
 * themselves and no page can make them lie: by `Sec-Fetch-Site`, or, over plain http, by `Origin`.
 * What says neither is no browser; programs have the API and its keys.
 */
export function isFromOwnPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}

/**
 * Whether the browser was told to go to this machine by one of its own names. Without a login, a
 * site that has its own name point to 127.0.0.1 would else read the dashboard as if it were its own.
 */
export function isForLoopback(headers: IncomingHttpHeaders): boolean {
  const url = `http://${headers.host ?? ''}`;
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname);
}
