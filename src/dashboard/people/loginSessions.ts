import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Keyring } from '../../notification/keyring.js';
import { writePasswordHash } from '../../people/passwordHash.js';
import { type Person, ROLES } from '../../people/role.js';
import { untilConnected, withTimeout } from '../../queue/timeout.js';
import type { RedisClient } from '../../redis/redisClient.js';
import type { Accounts } from './accounts.js';

const HOURS_12 = 12 * 60 * 60 * 1000;
const HOURS_4 = 4 * 60 * 60 * 1000;
const COOKIE = 'notifier_session';
const NO_LONGER = 'Max-Age=0';
const LONGEST_COOKIE = 1_024;

/** One login of one browser. */
export interface Session {
  id: string;
  /** Epoch ms. */
  until: number;
  person: Person;
}

/** What the cookie says of a session, besides the code over it. */
const ticketSchema = z.object({
  name: z.string(),
  until: z.number(),
  nonce: z.string(),
  /** The role that the provider of logins gave; absent for a login with a password. */
  sso: z.enum(ROLES).optional(),
});

type Ticket = z.output<typeof ticketSchema>;

/**
 * Who is logged in. The cookie carries a name, the time it ends, a random number and a code over them
 * all, so every api process knows a session that another has begun, and a restart ends none.
 *
 * The code's key is made from the deployment's secret and from what the person is now: a changed password,
 * a changed role and a removed user end their sessions, at the next request. Without the secret, a stolen
 * list of hashes makes no cookie. A session that was ended by logging out is remembered in Redis.
 *
 * The cookie is HttpOnly, and SameSite=Lax: pages of other sites can link here and nothing more.
 * `Strict` would show the login to a person who follows a link from a chat.
 */
export class Sessions {
  readonly #accounts: Pick<Accounts, 'find'>;
  readonly #keyring: Keyring;
  readonly #sso: string | undefined;

  /** @param sso who may log in by OpenID Connect, and in which roles; when that changes, those sessions end */
  constructor(accounts: Pick<Accounts, 'find'>, keyring: Keyring, sso?: string) {
    this.#accounts = accounts;
    this.#keyring = keyring;
    this.#sso = sso;
  }

  /** The cookie of a new session; `secure` where the browser came by https. */
  async begin(name: string, now: number, secure: boolean): Promise<string | undefined> {
    return this.#cookieFor({ name }, now + HOURS_12, now, secure);
  }

  /** The same after a login by OpenID Connect: the provider says the role, so it is asked again earlier. */
  async beginSso(
    { name, role }: Person,
    now: number,
    secure: boolean,
  ): Promise<string | undefined> {
    return this.#cookieFor({ name, sso: role }, now + HOURS_4, now, secure);
  }

  async #cookieFor(
    who: Pick<Ticket, 'name' | 'sso'>,
    until: number,
    now: number,
    secure: boolean,
  ): Promise<string | undefined> {
    const ticket: Ticket = { ...who, until, nonce: randomBytes(12).toString('base64url') };
    const standing = await this.#standingOf(ticket);
    if (standing === undefined) return undefined;
    const id = Buffer.from(JSON.stringify(ticket)).toString('base64url');
    const age = `Max-Age=${(until - now) / 1000}`;
    return cookie(`${id}.${codeOf(id, standing.key)}`, age, secure);
  }

  end(secure: boolean): string {
    return cookie('', NO_LONGER, secure);
  }

  /** The session that a request's `Cookie` header carries, unless its time is over. */
  async read(cookies: string | undefined, now: number): Promise<Session | undefined> {
    const value = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]*)`).exec(cookies ?? '')?.[1] ?? '';
    const [id = '', code = ''] = value.split('.');
    const ticket = value.length > LONGEST_COOKIE ? undefined : ticketOf(id);
    if (ticket === undefined || ticket.until <= now) return undefined;
    const standing = await this.#standingOf(ticket);
    if (standing === undefined || !equal(code, codeOf(id, standing.key))) return undefined;
    return { id, until: ticket.until, person: standing.person };
  }

  /** Who the ticket's person is now, and the key for what they may have. */
  async #standingOf({
    name,
    sso,
  }: Pick<Ticket, 'name' | 'sso'>): Promise<{ person: Person; key: Buffer } | undefined> {
    if (sso !== undefined) {
      if (this.#sso === undefined) return undefined;
      const key = this.#keyring.derive('console sso session', `${name}\n${sso}\n${this.#sso}`);
      return { person: { name, role: sso }, key };
    }
    const user = await this.#accounts.find(name);
    if (user === undefined) return undefined;
    const { role, hash } = user;
    const facts = [name, role, writePasswordHash(hash)].join('\n');
    return { person: { name, role }, key: this.#keyring.derive('console session', facts) };
  }
}

function ticketOf(id: string): Ticket | undefined {
  try {
    const read = ticketSchema.safeParse(JSON.parse(Buffer.from(id, 'base64url').toString('utf8')));
    return read.data;
  } catch {
    return undefined;
  }
}

function codeOf(id: string, key: Buffer): string {
  return createHmac('sha256', key).update(id).digest('base64url');
}

function cookie(value: string, age: string, secure: boolean): string {
  return `${COOKIE}=${value}; Path=/; ${age}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
}

function equal(given: string, wanted: string): boolean {
  return timingSafeEqual(hashOf(given), hashOf(wanted));
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Sessions that were ended by logging out, for every api process to know: without this, a copied
 * cookie would go on working for the rest of its twelve hours. Each is forgotten when its time is over.
 */
export class EndedSessions {
  readonly #redis: RedisClient;
  readonly #prefix: string;

  constructor(redis: RedisClient, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** @throws RedisUnavailableError */
  async end(session: Session, now: number): Promise<void> {
    const keptMs = Math.max(1, session.until - now);
    const end = () => this.#redis.set(this.#keyOf(session), '1', 'PX', keptMs);
    await withTimeout(untilConnected(this.#redis).then(end));
  }

  /** @throws RedisUnavailableError */
  async has(session: Session): Promise<boolean> {
    const look = () => this.#redis.exists(this.#keyOf(session));
    return (await withTimeout(untilConnected(this.#redis).then(look))) === 1;
  }

  #keyOf({ id }: Session): string {
    const digest = createHash('sha256').update(id).digest('base64url');
    return `${this.#prefix}:session:ended:${digest}`;
  }
}
