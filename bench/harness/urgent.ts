import { setTimeout as pause } from 'node:timers/promises';
import type { NotificationRequest } from '#product/notification/request.js';
import type { Deployment } from './deployment.js';
import type { Customer, SandboxProcess } from './sandbox.js';
import type { Stage } from './stage.js';

export const BUDGET = 300;
export const MINUTE_MS = 60_000;
/** Of the budget's pace, which leaves 2 % of the allowance for latencies that differ. */
export const INTERVAL_MS = MINUTE_MS / (0.98 * BUDGET);
/** Contact, query, conversation, messages, send. */
export const REQUESTS = 5;

const POLL_MS = 10;

/** Milliseconds from the call that hands a notification over. */
export interface Sample {
  firstRequest: number;
  sent: number;
}

/** Urgent notifications to these customers, one after the other. */
export async function sampleUrgent(
  stage: Stage,
  parts: { deployment: Deployment; sandbox: SandboxProcess; customers: readonly Customer[] },
): Promise<Sample[]> {
  const { deployment, sandbox, customers } = parts;
  const samples: Sample[] = [];
  for (const customer of customers) {
    // Anywhere between two slots: samples must not fall into step with the pace.
    await pause(Math.random() * 2 * INTERVAL_MS);
    samples.push(await handOver(deployment, sandbox, customer));
    stage.say(`${samples.length} of ${customers.length}`);
  }
  return samples;
}

export async function handOver(
  { producer }: Deployment,
  sandbox: SandboxProcess,
  customer: Customer,
): Promise<Sample> {
  const handedOverAt = Date.now();
  const { id } = await producer.send(requestTo(customer, 'transactional'));
  for (;;) {
    const view = await producer.get(id);
    const sent = view?.timeline.find(({ state }) => state === 'sent');
    if (sent !== undefined) {
      const [first] = await sandbox.arrivalsAbout(customer);
      if (first === undefined) throw new Error('the contact was not asked for');
      return {
        firstRequest: first.at - handedOverAt,
        sent: Date.parse(sent.at) - handedOverAt,
      };
    }
    await pause(POLL_MS);
  }
}

/** Without a name, the first request asks for the contact: by its path it is known whose it is. */
export function requestTo(
  { externalContactId }: Customer,
  priority: 'transactional' | 'campaign',
): NotificationRequest {
  return { recipient: { externalContactId }, template: 'follow-up', priority };
}
