/*
 * What a form has just done, as numbers in the URL of the page that it leads to. A person who changes
 * them sees other numbers, and nothing else.
 */

export interface DecidedMany {
  outcome: 'sent' | 'not_sent';
  decided: number;
  /** Decided by others before, or gone. */
  others: number;
  left: boolean;
}

export function decidedQuery({ outcome, decided, others, left }: DecidedMany): string {
  return `done=${outcome}&count=${decided}&others=${others}&left=${left ? 1 : 0}`;
}

export function retriedQuery(retried: number, others: number): string {
  return `done=retried&count=${retried}&others=${others}`;
}

/** The same in a sentence or three; undefined where nothing was done. */
export function doneWords(query: Readonly<Record<string, unknown>>): string | undefined {
  const number = (name: string) => {
    const text = query[name];
    return typeof text === 'string' && /^\d{1,5}$/.test(text) ? Number(text) : 0;
  };
  const what = COUNTED[String(query['done'])];
  if (what === undefined) return undefined;
  const others = number('others');
  const left = number('left');
  return [
    `${number('count')} ${what.was}.`,
    others === 0 ? '' : ` ${others} ${what.others}.`,
    left === 0 ? '' : ' More of this kind are left: at most 1000 are decided at once.',
  ].join('');
}

const DECIDED_BEFORE = 'had been decided before, and stay as they were';
const COUNTED: Readonly<Partial<Record<string, { was: string; others: string }>>> = {
  sent: { was: 'were decided as sent', others: DECIDED_BEFORE },
  not_sent: {
    was: 'were decided as not sent. They surely did not reach the customer, and can be tried again',
    others: DECIDED_BEFORE,
  },
  retried: {
    was: 'were queued again',
    others:
      'were not: they have not ended, a message may have reached the customer, or they ended too long ago',
  },
};
