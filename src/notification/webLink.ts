import { parseUrl } from '../http/parseUrl.js';
import { asciiDomain, readEmail } from './emailAddress.js';

export const WEB_LINK_EXPECTED = 'an absolute https link such as https://example.com/track/A-1001';

export const LINK_EXPECTED = `${WEB_LINK_EXPECTED}, or mailto: with an email address`;

/** What a URL parser drops, encodes or reads as another sign, and a reader of the link would not see. */
const UNFIT = /[\s\\<>"\p{Cc}\p{Cf}]/u;

/**
 * Whether a text is a link that a customer can follow: https, a host name with a dot, no user and
 * password (`https://bank.example@evil.example` opens evil.example). A host in any script is one; it is
 * sent in its ASCII form.
 */
export function isWebLink(text: string): boolean {
  if (UNFIT.test(text) || !/^https:\/\/[^/?#]/i.test(text)) return false;
  const url = parseUrl(text);
  if (url === undefined) return false;
  const { hostname, username, password } = url;
  return username === '' && password === '' && asciiDomain(hostname) !== undefined;
}

/** As `isWebLink`, or the address of a mailbox. */
export function isLink(text: string): boolean {
  if (isWebLink(text)) return true;
  const [, address] = /^mailto:([^?#]+)(?:\?[^#]*)?$/i.exec(text) ?? [];
  return address !== undefined && !UNFIT.test(text) && readEmail(address).ok;
}
