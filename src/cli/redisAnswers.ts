import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 2_000;
const ASK_EVERY_MS = 20;

/**
 * Whether Redis answers, once the connection that was just opened has had time to be made. Producers
 * fail at once while there is no connection, which is right for a service and wrong for a command
 * that has only begun.
 */
export async function untilRedisAnswers(ping: () => Promise<unknown>): Promise<boolean> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    const answered = await ping().then(
      () => true,
      () => false,
    );
    if (answered) return true;
    await sleep(ASK_EVERY_MS);
  }
  return false;
}
