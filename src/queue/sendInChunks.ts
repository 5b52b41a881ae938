const CHUNK = 500;
const IN_FLIGHT = 2;

/**
 * Cuts an input of any length into chunks and keeps two of them on their way: while Redis works on
 * one, the next is being prepared. The input is read only as fast as results are taken, so memory
 * does not grow with it.
 */
export async function* sendInChunks<In, Out>(
  input: Iterable<In> | AsyncIterable<In>,
  send: (chunk: In[], start: number) => Promise<Out[]>,
): AsyncGenerator<Out> {
  const underway: Promise<Out[]>[] = [];
  let chunk: In[] = [];
  let start = 0;
  const launch = () => {
    const sending = send(chunk, start);
    // Awaited in order below; until then a rejection must not count as unhandled.
    sending.catch(() => undefined);
    underway.push(sending);
    start += chunk.length;
    chunk = [];
  };
  let broken: { error: unknown } | undefined;
  try {
    for await (const item of input) {
      chunk.push(item);
      if (chunk.length < CHUNK) continue;
      launch();
      if (underway.length >= IN_FLIGHT) yield* (await underway.shift()) ?? [];
    }
  } catch (error) {
    // The ids of what was handed over must reach the caller first, or a second run sends it twice.
    broken = { error };
  }
  if (chunk.length > 0) launch();
  for (const sending of underway) {
    try {
      yield* await sending;
    } catch (error) {
      broken ??= { error };
    }
  }
  if (broken !== undefined) throw broken.error;
}
