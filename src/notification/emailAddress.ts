import { domainToASCII } from 'node:url';

export const EMAIL_EXPECTED = 'an email address such as customer@example.com';

const MAX_ADDRESS = 254;
const MAX_LOCAL = 64;
const MAX_DOMAIN = 253;

/** RFC 5322 dot-atom. A quoted local part is refused: no platform of ours delivers to one. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** Letters of any script, before they become A-labels. Without this, a domain could hold a URL's signs. */
const WRITTEN_DOMAIN = /^[\p{L}\p{M}\p{N}.-]+$/u;

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])$`);

export type ReadEmail = { ok: true; email: string } | { ok: false; expected: string };

/**
 * Reads an email address into the one form in which it is stored, compared and sent: the domain in
 * ASCII (A-labels) and lower case, the local part as it was written, since only its host may fold it.
 *
 * A local part beyond ASCII is refused. It needs SMTPUTF8 on every hop, which the platform's agentless
 * email does not promise; a refusal here is heard of, a bounce there is not.
 */
export function readEmail(text: string): ReadEmail {
  const at = text.indexOf('@');
  const local = text.slice(0, at);
  if (at < 1 || text.includes('@', at + 1)) return wrong(EMAIL_EXPECTED);
  if (/[^\p{ASCII}]/u.test(local)) {
    return wrong(`${EMAIL_EXPECTED}, with ASCII letters only before the @`);
  }
  if (local.length > MAX_LOCAL || !LOCAL.test(local)) return wrong(EMAIL_EXPECTED);
  const domain = asciiDomain(text.slice(at + 1));
  if (domain === undefined) return wrong(EMAIL_EXPECTED);
  const email = `${local}@${domain}`;
  return email.length > MAX_ADDRESS ? wrong('at most 254 characters') : { ok: true, email };
}

/** A domain as A-labels in lower case; undefined where it is none. */
export function asciiDomain(written: string): string | undefined {
  if (written.length > MAX_DOMAIN || !WRITTEN_DOMAIN.test(written)) return undefined;
  const lower = written.toLowerCase();
  const domain = DOMAIN.test(lower) && !lower.includes('xn--') ? lower : domainToASCII(lower);
  return domain.length <= MAX_DOMAIN && DOMAIN.test(domain) ? domain : undefined;
}

/**
 * By what two writings of one address are known as one: mailboxes that differ in case only do not
 * exist in practice, and a second message would reach the same person. Text that is no address is
 * only folded.
 */
export function emailIdentity(address: string): string {
  const read = readEmail(address);
  return (read.ok ? read.email : address).toLowerCase();
}

function wrong(expected: string): ReadEmail {
  return { ok: false, expected };
}
