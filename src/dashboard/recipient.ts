import type { MaskedRecipient } from '../notification/maskedRecipient.js';

/** Whom a notification is for, in a line. */
export function describeRecipient({ email, phone, externalContactId }: MaskedRecipient): string {
  const contact = externalContactId === undefined ? undefined : `contact ${externalContactId}`;
  return [email, phone, contact].filter((part) => part !== undefined).join(', ');
}
