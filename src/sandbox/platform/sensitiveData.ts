/**
 * Genesys: what sensitive data redaction puts in place of payment card and personal data. The real
 * one knows more kinds (names, places, national ids) and finds them with a model, "on a best effort
 * basis"; here a few patterns do.
 */
const MASKS: readonly (readonly [pattern: RegExp, mask: string])[] = [
  [/[^\s@]+@[^\s@]+\.[a-z]{2,}/gi, '[email]'],
  [/(?<!\d)\d{2}\/\d{2}(?!\d)/g, '[card expiry date]'],
  [/\+\d(?:[ ()-]?\d){7,14}/g, '[phone]'],
  [/(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g, '[card number]'],
];

export function maskSensitiveData(text: string): string {
  return MASKS.reduce((masked, [pattern, mask]) => masked.replace(pattern, mask), text);
}
