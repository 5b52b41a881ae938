import { startSandbox } from '#sandbox/sandbox.js';
import type { SandboxMessage } from '../harness/platform.js';

/*
 * The simulated Genesys Cloud, in a process of its own. It keeps all that was delivered, and says so when
 * it is asked: that record, not the product's ledger, is what a run is judged by.
 */
const sandbox = await startSandbox({
  ...(JSON.parse(process.env['CHAOS_SANDBOX'] ?? '{}') as object),
  generatedCustomers: 0,
  keepAll: true,
});

function send(message: SandboxMessage): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

const COUNTED_EVERY_MS = 100;
let counted = 0;
setInterval(() => {
  const { total } = sandbox.deliveries;
  if (total === counted) return;
  counted = total;
  send({ kind: 'delivered', total });
}, COUNTED_EVERY_MS);

process.on('disconnect', () => process.exit());
process.on('message', () => {
  const record = sandbox.deliveries.list().map(({ at, channel, to, customerId, messageId }) => ({
    at,
    channel,
    to,
    customerId,
    messageId,
  }));
  send({ kind: 'record', record });
});
send({ kind: 'listening', url: sandbox.url });
