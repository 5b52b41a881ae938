import { createHash, createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { Person } from '../../people/role.js';
import { untilConnected, withTimeout } from '../../queue/timeout.js';
import type { RedisClient } from '../../redis/redisClient.js';

const HOURS_12 = 12 * 60 * 60 * 1000;
const COOKIE = 'notifier_session';
const NO_LONGER = 'Max-Age=0';

export interface Login {
  user: string;
  password: string;
}

/** One login of one browser. */
export interface Session {
  id: string;
  /** Epoch ms. */
  until: number;
  person: Person;
}

/**
 * Who is logged in. The cookie carries nothing but the time it ends, a random number and a code over
 * both, so every api process knows a session that another has begun, and a restart ends none. The
 * code's key comes from the login itself: a changed password ends all sessions. One that was ended by
 * logging out is remembered elsewhere (endedSessions.ts).
 *
 * The cookie is HttpOnly, and SameSite=Lax: pages of other sites can link here and nothing more.
 * `Strict` would show the login to a person who follows a link from a chat.
 */
export class Sessions {
  readonly #login: Login;
  readonly #key: Buffer;

  /** Deriving the key takes some 50 ms, on purpose: a stolen cookie must not give the password away. */
  constructor(login: Login) {
    this.#login = login;
    this.#key = scryptSync(login.password, `proactive-notifier session ${login.user}`, 32);
  }

  /** Compares hashes, both of them every time: how long a refusal takes tells nothing. */
  isLogin(given: Login): boolean {
    const user = equal(given.user, this.#login.user);
    const password = equal(given.password, this.#login.password);
    return user && password;
  }

  /** The cookie of a new session; `secure` where the browser came by https. */
  begin(now: number, secure: boolean): string {
    const id = `${now + HOURS_12}-${randomBytes(9).toString('base64url')}`;
    return cookie(`${id}.${this.#codeOf(id)}`, `Max-Age=${HOURS_12 / 1000}`, secure);
  }

  end(secure: boolean): string {
    return cookie('', NO_LONGER, secure);
  }

  /** The session that a request's `Cookie` header carries, unless its time is over. */
  read(cookies: string | undefined, now: number): Session | undefined {
    const value = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]*)`).exec(cookies ?? '')?.[1] ?? '';
    const [id = '', code = ''] = value.split('.');
    const until = Number(id.split('-')[0]);
    if (!equal(code, this.#codeOf(id)) || until <= now) return undefined;
    return { id, until, person: { name: this.#login.user, role: 'operator' } };
  }

  #codeOf(id: string): string {
    return createHmac('sha256', this.#key).update(id).digest('base64url');
  }
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
