import { extractHistory, type KnownNames, withName } from '../../src/context/extractContext.js';
import type { HistoryConversation } from '../../src/context/history.js';
import type { TemplateContext } from '../../src/templates/contextVariables.js';

/** The whole way from conversations and names to what a template is given. */
export function extractContext(
  input: KnownNames & { conversations: readonly HistoryConversation[] },
): TemplateContext {
  const { conversations, ...names } = input;
  return withName(extractHistory(conversations), names);
}
