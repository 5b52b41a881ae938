import type { NotificationRequest } from './request.js';

/** Whom a notification is for, as far as it may be shown: enough to recognise, too little to write to. */
export interface MaskedRecipient {
  email?: string;
  phone?: string;
  /** An id inside Genesys Cloud, by which a person finds the customer there. */
  externalContactId?: string;
}

const HIDDEN = '•••';

export function maskedRecipient({ recipient }: NotificationRequest): MaskedRecipient {
  const { email, phone, externalContactId } = recipient;
  return {
    email: email === undefined ? undefined : maskedEmail(email),
    phone: phone === undefined ? undefined : `${HIDDEN}${phone.slice(-2)}`,
    externalContactId,
  };
}

/** In a line; empty where no address was kept. */
export function describeRecipient({ email, phone, externalContactId }: MaskedRecipient): string {
  const contact = externalContactId === undefined ? undefined : `contact ${externalContactId}`;
  return [email, phone, contact].filter((part) => part !== undefined).join(', ');
}

/** `d•••@e•••.com`. */
function maskedEmail(email: string): string {
  const at = email.lastIndexOf('@');
  const domain = email.slice(at + 1);
  const dot = domain.lastIndexOf('.');
  const ending = dot < 0 ? '' : domain.slice(dot);
  return `${firstOf(email)}${HIDDEN}@${firstOf(domain)}${HIDDEN}${ending}`;
}

function firstOf(text: string): string {
  return [...text][0] ?? '';
}
