import { fold } from './cleanText.js';
import { TOPICS } from './data/topics.js';

const MATCHERS = Object.entries(TOPICS).map(([topic, { words, anywhere }]) => {
  const stems = words.split('|').map((stem) => ` ${fold(stem)}${stem.endsWith(' ') ? ' ' : ''}`);
  const pattern = [...stems, ...anywhere.split('|').map((word) => fold(word))].join('|');
  return { topic, pattern: new RegExp(pattern, 'gu') };
});

/**
 * The one topic that a conversation's texts speak of most, or nothing when two are level: a wrong
 * label in a message does more harm than none. `texts` are oldest first; the last one counts
 * double, since a conversation may wander.
 */
export function topicOf(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  texts.forEach((text, index) => {
    const weight = index === texts.length - 1 ? 2 : 1;
    const folded = ` ${fold(text)} `;
    for (const { topic, pattern } of MATCHERS) {
      const hits = new Set(folded.match(pattern)).size;
      if (hits > 0) counts.set(topic, (counts.get(topic) ?? 0) + hits * weight);
    }
  });
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a);
  return first && first[1] > (second?.[1] ?? 0) ? first[0] : undefined;
}
