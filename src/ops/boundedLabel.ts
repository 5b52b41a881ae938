/** What the values of a label may look like: codes of ours, never something a customer wrote. */
const CODE = /^[a-z][a-z0-9_-]{0,47}$/;
const OTHER = 'other';

/**
 * Keeps a label's values few. Each distinct value is a time series for ever, and one that carries an
 * id, an address or a sentence would be a leak as well; such values are counted as `other`.
 */
export function boundedLabel(atMost: number): (value: string | undefined) => string {
  const seen = new Set<string>();
  return (value) => {
    if (value === undefined || value === '') return '';
    if (seen.has(value)) return value;
    if (!CODE.test(value) || seen.size >= atMost) return OTHER;
    seen.add(value);
    return value;
  };
}
