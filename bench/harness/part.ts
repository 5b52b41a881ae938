/*
 * A part of a benchmark that runs in a process of its own, so that it does not share an event loop:
 * a worker, a load. The benchmark's process sends it its task, and it reports as often as it likes.
 * It ends when that process ends or closes the channel between them.
 */

/** To be called once, by the module that is the part's entry. */
export function actAsPart<Task, Report>(
  act: (task: Task, report: (report: Report) => void) => Promise<void>,
): void {
  process.on('disconnect', () => process.exit());
  const send = (message: PartMessage<Report>) => {
    // A part whose channel is closed is about to end: its report may be lost.
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
