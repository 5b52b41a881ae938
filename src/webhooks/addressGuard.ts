import { type LookupAddress, lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/*
 * Where webhooks may not lead. An endpoint's URL is written by others, and the sender stands inside the
 * network: it must not be made to call what only the inside can reach.
 *
 * An address is judged at the moment of each connection, and the connection goes to the address that was
 * judged. So a name that leads elsewhere a second later (DNS rebinding) gains nothing.
 */

/** `private`: allowed where WEBHOOKS_ALLOW_PRIVATE says so. `forbidden`: never. */
export type AddressKind = 'public' | 'private' | 'forbidden';

const PRIVATE: readonly string[] = ['private', 'loopback', 'carrierGradeNat', 'uniqueLocal'];

/**
 * Where clouds serve the credentials of their machines, outside of the link-local range, which is
 * forbidden as a whole: Azure, Alibaba, AWS over IPv6.
 */
const METADATA: readonly string[] = ['168.63.129.16', '100.100.100.200', 'fd00:ec2::254'];

/** All of IPv6 that is given out for the public internet. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * What an IP address is. Public is only what is known to be so: what carries an IPv4 address inside
 * (6to4, Teredo, NAT64) is not, since a router would unpack it; IPv4 written as IPv6 is judged as IPv4.
 */
export function addressKind(text: string): AddressKind {
  if (!ipaddr.isValid(text)) return 'forbidden';
  const address = ipaddr.process(text);
  if (METADATA.includes(address.toString())) return 'forbidden';
  const range = address.range();
  if (PRIVATE.includes(range)) return 'private';
  if (range !== 'unicast') return 'forbidden';
  const isGlobal = address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6);
  return isGlobal ? 'public' : 'forbidden';
}

/** The address was refused before a connection was tried. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';
}

/** The host of a URL without the brackets that IPv6 has there. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Names that mean the inside wherever they are asked for. */
const INSIDE_NAME = /(^|\.)(localhost|local|internal|intranet|home\.arpa)\.?$/i;

/** Whether a URL can be refused without asking DNS: for its own address, or for a name of the inside. */
export function isRefusedHost(url: URL, allowPrivate: boolean): boolean {
  const host = hostOf(url);
  if (ipaddr.isValid(host)) return isRefused(host, allowPrivate);
  return !allowPrivate && INSIDE_NAME.test(host);
}

function isRefused(address: string, allowPrivate: boolean): boolean {
  const kind = addressKind(address);
  return kind === 'forbidden' || (kind === 'private' && !allowPrivate);
}

export type Resolve = (
  host: string,
  options: { all: true; family?: number | 'IPv4' | 'IPv6'; hints?: number },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * The look-up of a connection: it answers with addresses that may be connected to. One address that may
 * not be refuses the name as a whole. Node does not ask it for a host that is an address itself: that one
 * is judged by `isRefusedHost`.
 */
export function guardedLookup(allowPrivate: boolean, ask: Resolve = resolve): LookupFunction {
  return (host, options, done) => {
    ask(host, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '');
      const [first] = found;
      if (first === undefined || found.some(({ address }) => isRefused(address, allowPrivate))) {
        return done(new RefusedAddressError('the name leads to a refused address'), '');
      }
      if (options.all) return done(null, found);
      return done(null, first.address, first.family);
    });
  };
}
