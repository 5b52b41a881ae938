import type { Talk } from './sandbox.js';

const WORDS =
  'parcel order delivery invoice refund address account password courier depot tracking return label receipt payment card bank monday tuesday morning evening driver neighbour garden door window phone letter email link page button error code size colour shoes jacket lamp table chair kettle filter cable battery screen warranty repair spare missing broken late early wrong twice again still never always today yesterday tomorrow please could would change cancel confirm send arrive wait call find check open close pick leave update explain'.split(
    ' ',
  );

/**
 * A conversation that no two customers share: texts as different as real ones are, or what is kept of
 * them would compress to nothing. The same place has the same one.
 */
export function talkOf(place: number): Talk {
  let state = (place + 1) * 2_654_435_761;
  const next = (below: number) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
  const text = (words: number) =>
    Array.from({ length: words }, () => WORDS[next(WORDS.length)]).join(' ');
  return [
    { from: 'customer', text: 'Hello there' },
    { from: 'bot', text: 'Hi! How can I help you today?' },
    { from: 'customer', text: `My order A-${next(1_000_000)}: ${text(8 + next(16))}` },
    { from: 'agent', text: `I am sorry about that. ${text(12)}.` },
    { from: 'customer', text: `${text(6 + next(14))}, is that so?` },
  ];
}
