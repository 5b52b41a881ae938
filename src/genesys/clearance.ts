import type { Admission } from './admission.js';
import type { Exchange } from './exchange.js';
import { CallFailed } from './failure.js';
import type { Tokens } from './tokens.js';

/**
 * The one place every request to the platform passes right before it is issued: reads, sends, Engage
 * and every retry. Only login is let through unasked, for the budget counts what a token does.
 *
 * The order matters. Admission may take minutes and login seconds, so both come before the guard,
 * whose word is good for a moment only. The guard is never raced against the deadline: it may be
 * writing an intent, and whoever reads the outcome must not overtake that.
 */
export async function clearForIssue(
  exchange: Exchange,
  deps: { admission: Admission; tokens: Tokens },
): Promise<void> {
  exchange.beginAttempt();
  if (exchange.operation === 'login') return;

  const { operation, lane, signal, guard } = exchange;
  const ticket = await exchange.whileOpen(deps.admission.admit({ operation, lane, signal }));
  if (!ticket.admitted) {
    throw new CallFailed({ kind: 'gate_closed', retryAfterMs: ticket.retryAfterMs });
  }

  exchange.token = await exchange.whileOpen(deps.tokens.current());

  if (guard === undefined) return;
  if (!exchange.leavesTimeToSend) throw new CallFailed({ kind: 'not_issued', reason: 'deadline' });
  const word = await guard.beforeWrite();
  if (!word.go) throw new CallFailed({ kind: 'not_issued', reason: word.reason });
  exchange.allowUntil(word.sendBy);
  exchange.throwIfEnded();
}
