/*
 * A part of a benchmark that runs in a process of its own, so that it takes nobody else's event loop:
 * a worker, a load. The benchmark's process tells it its task, and it reports as often as it likes.
 * It ends when that process ends or lets go of it, however that came about: the channel closes.
 */

/** To be called once, by the module that is the part's entry. */
export function actAsPart<Task, Report>(
  act: (task: Task, report: (report: Report) => void) => Promise<void>,
): void {
  process.on('disconnect', () => process.exit());
  const send = (message: PartMessage<Report>) => {
    // Whoever is no longer listened to is about to end.
    process.send?.(message, undefined, undefined, () => undefined);
  };
  process.once('message', (task: Task) => {
    act(task, (report) => send({ report })).catch((error: unknown) => {
      send({ broken: error instanceof Error ? `${error.stack}` : String(error) });
    });
  });
}

/** What a part says; `broken` ends the benchmark. */
export type PartMessage<Report> = { report: Report } | { broken: string };
