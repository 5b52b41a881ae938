import type { Logger } from 'pino';
import type { HistorySummary } from '../context/history.js';
import type { CallFailure, CallOptions } from '../genesys/call.js';
import type { GenesysClient } from '../genesys/genesysClient.js';
import type { ConversationSummaryText } from '../genesys/resources/summaries.js';
import { throttle } from '../ops/logger.js';
import { classifyRead, found, type Read } from './lookupError.js';

export interface SummaryParts {
  client: GenesysClient;
  /** Called with a code where a conversation has no summary that could be read. */
  onNoSummary?: (reason: string) => void;
}

/**
 * What the platform's AI says of a conversation that has ended; null where it has no summary to give.
 * Summaries are a convenience: one that is refused, late or not understood counts as none, and only
 * what keeps the platform from being asked at all is an error.
 */
export async function readAiSummary(
  { client, onNoSummary }: SummaryParts,
  conversationId: string,
  options: CallOptions,
): Promise<Read<HistorySummary | null>> {
  const result = await client.getConversationSummary(conversationId, options);
  if (result.ok) {
    if (result.data === null) onNoSummary?.(`http_${result.status}`);
    return found(result.data && summaryIn(result.data));
  }
  const reason = reasonWithout(result.failure);
  if (reason === undefined) return { ok: false, error: classifyRead(result.failure) };
  onNoSummary?.(reason);
  return found(null);
}

/** Says at times why conversations have no summary. */
export function noSummaryLog(log: Logger): (reason: string) => void {
  return throttle((reason) =>
    log.warn(
      { reason },
      'a conversation has no AI summary: topic and sentiment are read from its messages, variables such as summary are empty; docs/genesys.md says what summaries need',
    ),
  );
}

/** Why there is no summary, where that is all this failure means. */
function reasonWithout(failure: CallFailure): string | undefined {
  if (failure.kind === 'http') {
    const { status, code } = failure;
    return status === 401 || status === 429 ? undefined : (code ?? `http_${status}`);
  }
  const { kind } = failure;
  return kind === 'malformed' || kind === 'mismatch' || kind === 'timeout' ? kind : undefined;
}

function summaryIn(summary: ConversationSummaryText): HistorySummary {
  const { text, reason, resolution, followup, language } = summary;
  return {
    text,
    contactReason: reason?.text,
    resolution: resolution?.text,
    followUp: followup?.text,
    language,
  };
}
