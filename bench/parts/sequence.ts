import { logIn } from '../baselines/genesys.js';
import { askArrival, notify } from '../baselines/notify.js';
import { actAsPart } from '../harness/part.js';
import type { Customer } from '../harness/sandbox.js';

export interface SequenceTask {
  sandboxUrl: string;
  customers: Customer[];
  by: 'contact id' | 'email';
  /** Asks of each message if it arrived, once all are sent. */
  asksArrival?: boolean;
}

/** Baseline (a): one customer after the other. */
actAsPart<SequenceTask, never>(async ({ sandboxUrl, customers, by, asksArrival }) => {
  const genesys = await logIn(sandboxUrl);
  const sent: string[] = [];
  for (const customer of customers) sent.push(await notify(genesys, customer, by));
  if (asksArrival !== true) return;
  for (const messageId of sent) await askArrival(genesys, messageId);
});
