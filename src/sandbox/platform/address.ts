import { z } from 'zod';

export const emailAddress = z
  .string()
  .max(256, 'must be at most 256 characters')
  .regex(/^[^\s@<>,;"]+@[^\s@<>,;".]+(\.[^\s@<>,;".]+)+$/, 'must be an email address');

/** A line break in a header would let a text add headers of its own. */
export const headerText = (max: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(max, `must be at most ${max} characters`)
    .regex(/^[^\r\n]*$/, 'must not hold line breaks');

export const mailbox = z.strictObject({ email: emailAddress, name: headerText(256).optional() });

export const E164 = /^\+[1-9]\d{6,14}$/;
