import { z } from 'zod';
import type { CallOptions, CallResult } from '../call.js';
import type { Caller } from '../caller.js';
import { absentOrSameId } from '../platformId.js';
import { absentAsNull } from './contacts.js';
import { optionalText } from './messages.js';

/** Genesys: WebDeployment, as far as it is read here. */
const WebDeployment = z.object({
  id: optionalText,
  /** Active, Inactive, … */
  status: optionalText,
});

const Verification = z.object({ status: optionalText }).optional().catch(undefined);

/** Genesys: OutboundDomain, as far as it is read here. Its id is the domain's name. */
const EmailDomain = z.object({
  id: optionalText,
  cnameVerificationResult: Verification,
  dkimVerificationResult: Verification,
});

export type WebDeployment = z.infer<typeof WebDeployment>;
export type EmailDomain = z.infer<typeof EmailDomain>;

/** What messages are sent from. No notification needs this; `doctor` does, when a
 * deployment is set up. */
export class SenderSettings {
  readonly #caller: Caller;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  async webDeployment(
    deploymentId: string,
    options: CallOptions,
  ): Promise<CallResult<WebDeployment | null>> {
    return absentAsNull(
      await this.#caller.read('web-deployment', options, {
        answer: WebDeployment,
        isAbout: ({ id }) => absentOrSameId(id, deploymentId),
        run: ({ sdk }) => sdk.webDeployments.getWebdeploymentsDeployment(deploymentId),
      }),
    );
  }

  async emailDomain(domain: string, options: CallOptions): Promise<CallResult<EmailDomain | null>> {
    return absentAsNull(
      await this.#caller.read('email-domain', options, {
        answer: EmailDomain,
        isAbout: ({ id }) => absentOrSameId(id, domain),
        run: ({ sdk }) => sdk.routing.getRoutingEmailOutboundDomain(domain),
      }),
    );
  }
}
