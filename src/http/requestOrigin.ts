import type { IncomingHttpHeaders } from 'node:http';
import { parseUrl } from './parseUrl.js';

/** Whether a host's name or address is this machine itself. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|::1|\[::1\]|127(\.\d{1,3}){3})$/i.test(hostname);
}

/** A URL that can be opened on this machine; `0.0.0.0` and `::` mean every address, and are none. */
export function localUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** What one of our HTTP servers answers to. */
export interface OriginRules {
  /**
   * Only to this machine's own names: for what asks for no key and no login. A web page whose name
   * is pointed to 127.0.0.1 (DNS rebinding) could otherwise read it as if it were its own.
   */
  loopbackNamesOnly: boolean;
  /** Whether a request that changes something may come from a program that is no browser. */
  programsMayWrite: boolean;
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/** Why a request is refused for where it comes from; undefined when it is not. */
export function foreignOrigin(
  request: { method?: string | undefined; headers: IncomingHttpHeaders },
  { loopbackNamesOnly, programsMayWrite }: OriginRules,
): string | undefined {
  const { headers, method = 'GET' } = request;
  if (loopbackNamesOnly && !isForLoopback(headers)) {
    return 'Without a key or a login this answers only to the names localhost, 127.0.0.1 and ::1.';
  }
  const reads = READS.has(method);
  if (isFromOwnPage(headers)) return undefined;
  if (isFromBrowser(headers) ? reads && isNavigation(headers) : reads || programsMayWrite) {
    return undefined;
  }
  return 'Only pages of this service may do that.';
}

/**
 * Whether a request comes from one of our own pages. Browsers say so themselves and no page can make
 * them lie: by `Sec-Fetch-Site`, or, over plain http, by `Origin`. What says neither is no browser.
 */
export function isFromOwnPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = headers;
  if (origin === undefined || host === undefined) return false;
  return parseUrl(origin)?.host === host.toLowerCase();
}

/** Whether the browser was sent to this machine by one of its own names. */
export function isForLoopback(headers: IncomingHttpHeaders): boolean {
  // Old health checks leave it out, browsers never.
  if (headers.host === undefined) return true;
  const url = parseUrl(`http://${headers.host}`);
  return url !== undefined && isLoopbackHost(url.hostname);
}

function isFromBrowser(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-site'] !== undefined || headers.origin !== undefined;
}

/** An address that was typed, or a link that was followed: the page it comes from cannot read it. */
function isNavigation(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-site'] === 'none' || headers['sec-fetch-mode'] === 'navigate';
}
