import { table, wrap } from './table.mjs';
import { outcome, why } from './words.mjs';

const NO_BREAK = '\u00a0';

/** The outcome of every notification, in the order they were handed over. */
export function outcomeTable(parts) {
  const rows = parts.map(({ who, note, answer }) => {
    const { state, channel } = outcome(answer);
    return [who, state, channel, why(answer, note)];
  });
  return table(['TO', 'OUTCOME', 'BY', 'WHY'], rows);
}

/** `11 delivered web · 4 sent email · …`, the most frequent first, of outcomes. */
export function counts(outcomes) {
  const byOutcome = new Map();
  for (const { state, channel } of outcomes) {
    const name = `${state} ${channel}`.trim();
    byOutcome.set(name, (byOutcome.get(name) ?? 0) + 1);
  }
  const sorted = [...byOutcome].sort(([, a], [, b]) => b - a);
  const items = sorted.map(([name, count]) => `${count} ${name}`.replaceAll(' ', NO_BREAK));
  return wrap(items.join(' · '), 78).map((line) => line.replaceAll(NO_BREAK, ' '));
}

/** A message as its customer got it. */
export function messageBox({ subject, text }) {
  const lines = [...(subject === null ? [] : [`Subject: ${subject}`, '']), ...text.split('\n')];
  return lines.flatMap((line) => wrap(line, 72)).map((line) => `  │ ${line}`.trimEnd());
}

/** What was not as the script says. */
export function surprises(parts) {
  return parts
    .filter(({ expect, answer }) => expect !== actual(answer))
    .map(({ who, expect, answer }) => `${who}: expected ${expect}, got ${actual(answer)}`);
}

function actual(answer) {
  if (answer.status !== 202) return answer.status;
  const { state, channel } = outcome(answer);
  return state === 'skipped' || state === 'cancelled' ? state : `${state} ${channel}`;
}

/** Messages that reached a customer twice, or that no request asked for. */
export function deliveryProblems(parts, delivered) {
  const reached = parts.filter(
    ({ answer }) =>
      answer.status === 202 && ['sent', 'delivered', 'read'].includes(answer.body.state),
  );
  const problems = reached.flatMap(({ who, answer }) => {
    const times = delivered.filter(({ messageId }) => messageId === answer.body.messageId).length;
    return times === 1 ? [] : [`${who} got a message ${times} times`];
  });
  const extra = delivered.length - reached.length;
  return extra === 0 ? problems : [...problems, `${extra} deliveries more than notifications`];
}
