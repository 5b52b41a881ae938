/**
 * What may be said in a log about an error that was not foreseen: its class, its code, and where it
 * was thrown. Not its message, which may quote a customer, an address or a token.
 */
export function errorLabel(error: unknown): { name: string; code?: string; at?: string } {
  if (typeof error !== 'object' || error === null) return { name: typeof error };
  const { name, code, stack } = error as { name?: unknown; code?: unknown; stack?: unknown };
  const frame = typeof stack === 'string' ? /\n\s+at ([^\n]+)/.exec(stack)?.[1] : undefined;
  return {
    name: typeof name === 'string' ? name : 'Error',
    ...(typeof code === 'string' && { code }),
    ...(frame !== undefined && { at: frame.replace(/\(?file:\/\/.*\/(src|dist)\//, '($1/') }),
  };
}
