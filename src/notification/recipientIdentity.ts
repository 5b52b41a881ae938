import { asciiDomain, emailIdentity } from './emailAddress.js';
import { phoneIdentity } from './phoneNumber.js';

/**
 * By what two writings of one address, number, contact id or `@domain` are known as one. Requests that
 * an older version stored hold addresses as their callers wrote them.
 */
export function recipientIdentity(text: string): string {
  if (text.startsWith('@')) return `@${asciiDomain(text.slice(1)) ?? text.slice(1).toLowerCase()}`;
  if (text.includes('@')) return emailIdentity(text);
  return text.startsWith('+') ? phoneIdentity(text) : text.toLowerCase();
}
