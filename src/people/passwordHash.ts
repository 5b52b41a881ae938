import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/**
 * A password as scrypt keeps it, in the PHC string format:
 * `$scrypt$ln=14,r=8,p=5$SALT$HASH`, salt and hash in base64 without padding.
 */
export interface PasswordHash {
  /** log2 of the cost. */
  ln: number;
  r: number;
  p: number;
  salt: Buffer;
  hash: Buffer;
}

/** What OWASP asks for where 16 MB of memory are to be enough; about 0.2 s of one core. */
const COST = { ln: 14, r: 8, p: 5 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

const PHC =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** The hash that a text stands for; undefined for what is none, or would cost too little or too much. */
export function readPasswordHash(text: string): PasswordHash | undefined {
  const [, ln = '', r = '', p = '', salt = '', hash = ''] = PHC.exec(text) ?? [];
  if (hash === '') return undefined;
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const isFit =
    cost.ln >= 12 && cost.ln <= 17 && cost.r >= 1 && cost.r <= 8 && cost.p >= 1 && cost.p <= 16;
  if (!isFit) return undefined;
  return { ...cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

export function writePasswordHash({ ln, r, p, salt, hash }: PasswordHash): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** The hash of a new password. */
export async function hashPassword(
  password: string,
  salt: Buffer = randomBytes(SALT_BYTES),
): Promise<PasswordHash> {
  return { ...COST, salt, hash: await derive(password, { ...COST, salt }, HASH_BYTES) };
}

/** Whether this is the password; takes as long when it is not. */
export async function isPassword(password: string, kept: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, kept, kept.hash.length), kept.hash);
}

/** The hash of no password: what a login of an unknown name is compared with, to take as long. */
export function noPassword(): PasswordHash {
  return { ...COST, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) };
}

/** The same letters count as the same however the keyboard composes them. */
function derive(
  password: string,
  { ln, r, p, salt }: Omit<PasswordHash, 'hash'>,
  length: number,
): Promise<Buffer> {
  const N = 2 ** ln;
  const options = { N, r, p, maxmem: 128 * r * (N + p) + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, length, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
