import { createInterface } from 'node:readline/promises';

export type Answer = 'yes' | 'no' | 'no-terminal' | 'interrupted';

/**
 * Asks a person at the terminal; Enter alone means no. `nobody` when there is none to ask: a script
 * must say beforehand what it wants.
 */
export async function confirm(question: string, signal: AbortSignal): Promise<Answer> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return 'no-terminal';
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  // In raw mode Ctrl-C comes as a key, not as a signal to the process.
  const interruption = new AbortController();
  prompt.on('SIGINT', () => interruption.abort());
  prompt.on('close', () => interruption.abort());
  try {
    const answer = await prompt.question(`${question} [y/N] `, {
      signal: AbortSignal.any([signal, interruption.signal]),
    });
    return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no';
  } catch (error) {
    if ((error as { name?: string }).name !== 'AbortError') throw error;
    process.stdout.write('\n');
    return 'interrupted';
  } finally {
    prompt.close();
  }
}
