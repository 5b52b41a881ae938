import { z } from 'zod';

/**
 * An id as the platform gives it. Its own are UUIDs and hex numbers, a gateway's may be anything; all
 * visible ASCII is kept as it is, so that no id is lost for being unusual. It needs a letter or a
 * digit, since it becomes a part of a path, where `..` has a meaning. What is longer is no id: it would
 * be kept in every record and shown on every page.
 */
const PLATFORM_ID = /^(?=.*[A-Za-z0-9])[\x21-\x7e]{1,128}$/;

export const platformId = z.string().regex(PLATFORM_ID);

/** Good to have; what is malformed counts as left out. */
export const optionalId = platformId.optional().catch(undefined);

/**
 * An id that is only compared with what was asked for: a malformed one is another's, and must not
 * count as left out, which the customer's own may be.
 */
export const comparedId = z.string().min(1).optional().catch(undefined);

/** Whether two ids name the same thing. The platform's ids are UUIDs: case does not matter. */
export function sameId(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whether an id that the platform may leave out is the one that was asked for, if it is there. */
export function absentOrSameId(answered: string | undefined, asked: string): boolean {
  return answered === undefined || sameId(answered, asked);
}
