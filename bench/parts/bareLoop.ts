import { findConversations, openBareClient, readAndSend } from '../baselines/bareLoop.js';
import { actAsPart } from '../harness/part.js';
import type { Customer } from '../harness/sandbox.js';

export interface BareLoopTask {
  sandboxUrl: string;
  customers: Customer[];
  /** Notifications under way at the same time. */
  concurrency: number;
  /** How many customers one query for conversations asks for. */
  queryFor: number;
}

/** The calls alone: no queue, no ledger, nothing that could go wrong is provided for. */
actAsPart<BareLoopTask, never>(async ({ sandboxUrl, customers, concurrency, queryFor }) => {
  const client = await openBareClient(sandboxUrl);
  const left = [...customers];
  const work = async () => {
    for (let some = left.splice(0, queryFor); some.length > 0; some = left.splice(0, queryFor)) {
      const found = await findConversations(client, some);
      await Promise.all(
        some.map((customer) =>
          readAndSend(client, customer, found.get(customer.externalContactId) ?? ''),
        ),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, concurrency / queryFor) }, work));
});
