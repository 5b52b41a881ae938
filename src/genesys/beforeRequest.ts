import { CallFailed, type CallFailure, type Limiter, type Permit } from './call.js';
import type { CallContext } from './callContext.js';
import type { Tokens } from './tokens.js';

/** A slot is good for this long. One that is used later arrives together with those granted after it. */
const SLOT_KEEPS_MS = 250;

/**
 * The one place every request to the platform passes right before it is issued: reads, sends, Engage
 * and every retry. Only login is let through unasked, for the budget counts what a token does.
 *
 * The order matters. Limiter may take minutes and login seconds, so both come before the guard,
 * whose word is good for a moment only. The guard is never raced against the deadline: it may be
 * writing an intent, and the code that reads the outcome must not run before that write has ended. Where a login came
 * between, all the slots that waited for it would be used at once: each is asked for anew.
 */
export async function beforeRequest(
  exchange: CallContext,
  deps: { admission: Limiter; tokens: Tokens },
): Promise<void> {
  exchange.beginAttempt();
  if (exchange.operation === 'login') return;

  throwUnlessAdmitted(exchange.takeTicket() ?? (await acquirePermit(exchange, deps.admission)));
  exchange.throwIfEnded();
  exchange.token = deps.tokens.atHand();
  if (exchange.token === undefined) {
    const admittedAt = performance.now();
    await exchange.whileOpen(deps.tokens.current());
    if (performance.now() - admittedAt > SLOT_KEEPS_MS) {
      throwUnlessAdmitted(await acquirePermit(exchange, deps.admission));
    }
    exchange.token = await exchange.whileOpen(deps.tokens.current());
  }

  const { guard } = exchange;
  if (guard === undefined) return;
  if (!exchange.leavesTimeToSend) throw new CallFailed({ kind: 'not_issued', reason: 'deadline' });
  const word = await guard.beforeWrite();
  if (!word.go) throw new CallFailed({ kind: 'not_issued', reason: word.reason });
  exchange.allowUntil(word.sendBy);
  exchange.throwIfEnded();
}

async function acquirePermit(exchange: CallContext, admission: Limiter): Promise<Permit> {
  const { operation, lane, signal, servesUntil } = exchange;
  const askedAt = performance.now();
  const permit = await exchange.whileWaiting(() =>
    admission.acquire({
      operation,
      lane,
      signal,
      deadline: servesUntil,
    }),
  );
  exchange.trace.waited(performance.now() - askedAt);
  return permit;
}

function throwUnlessAdmitted(ticket: Permit): void {
  if (!ticket.admitted) throw new CallFailed(refusalOf(ticket));
}

/** What a call that was not admitted has for an answer. */
export function refusalOf(ticket: Exclude<Permit, { admitted: true }>): CallFailure {
  switch (ticket.because) {
    case 'gate_closed':
      return { kind: 'gate_closed', retryAfterMs: ticket.retryAfterMs };
    case 'no_slot':
    case 'operation_paused':
      return { kind: 'not_issued', reason: ticket.because, retryAfterMs: ticket.retryAfterMs };
    case 'deadline':
      return { kind: 'not_issued', reason: 'past_deadline' };
    case 'aborted':
      return { kind: 'not_issued', reason: 'aborted' };
    default:
      return ticket satisfies never;
  }
}
