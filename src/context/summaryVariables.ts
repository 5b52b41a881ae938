import type { TemplateContext } from '../templates/contextVariables.js';
import { type LengthLimit, shorten } from '../templates/text.js';
import { cleanText } from './cleanText.js';
import type { HistorySummary } from './history.js';
import { redact } from './redact.js';

/** Characters as a reader counts them, and as a platform does. */
const SUMMARY_LIMIT = { graphemes: 300, units: 1200 };
const PART_LIMIT = { graphemes: 100, units: 400 };

/** A tag of language and region, such as `en-us`. */
const LANGUAGE_TAG = /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/;

export type SummaryVariables = Pick<
  TemplateContext,
  'summary' | 'contactReason' | 'resolution' | 'followUp' | 'language'
>;

/**
 * What a template may print of a summary. It retells what the customer wrote, so it is as hostile and
 * as private as that: cleaned and redacted the same way. What is empty is left out.
 */
export function summaryVariables(summary: HistorySummary | null | undefined): SummaryVariables {
  if (!summary) return {};
  const language = summary.language?.trim().toLowerCase().replaceAll('_', '-') ?? '';
  return {
    summary: printed(summary.text, SUMMARY_LIMIT),
    contactReason: printed(summary.contactReason, PART_LIMIT),
    resolution: printed(summary.resolution, PART_LIMIT),
    followUp: printed(summary.followUp, PART_LIMIT),
    language: LANGUAGE_TAG.test(language) ? language : undefined,
  };
}

/** What a summary says the conversation was about, whole; for topic and mood. */
export function gistOf({ text, contactReason = '' }: HistorySummary): string[] {
  return [contactReason, text].map(tidied).filter((line) => line !== '');
}

function printed(text: string | undefined, limit: LengthLimit): string | undefined {
  const shown = shorten(tidied(text ?? ''), limit);
  return shown === '' ? undefined : shown;
}

function tidied(text: string): string {
  return redact(cleanText(text));
}
