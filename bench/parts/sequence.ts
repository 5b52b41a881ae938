import { logIn } from '../baselines/genesys.js';
import { notify } from '../baselines/notify.js';
import { actAsPart } from '../harness/part.js';
import type { Customer } from '../harness/sandbox.js';

export interface SequenceTask {
  sandboxUrl: string;
  customers: Customer[];
  by: 'contact id' | 'email';
}

/** Baseline (a): one customer after the other. */
actAsPart<SequenceTask, never>(async ({ sandboxUrl, customers, by }) => {
  const genesys = await logIn(sandboxUrl);
  for (const customer of customers) await notify(genesys, customer, by);
});
