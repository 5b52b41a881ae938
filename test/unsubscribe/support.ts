import { keyringOf } from '../../src/config.js';
import { ConsentDigests } from '../../src/suppression/consentIdentity.js';
import { UnsubscribeLinks } from '../../src/suppression/unsubscribeLink.js';
import type { TestApi } from '../api/support/api.js';

/** The page's URL at this api for a message that went to these addresses, by email. */
export function linkAt(
  { url, config }: Pick<TestApi, 'url' | 'config'>,
  to: { email?: string; phone?: string; externalContactId?: string },
  template = 'follow-up',
): string {
  const keyring = keyringOf(config);
  const digests = new ConsentDigests(keyring, config.PLUS_ADDRESSES);
  const links = new UnsubscribeLinks({ publicUrl: url, keyring, digests });
  return links.linkFor(to, 'email', template) ?? '';
}
