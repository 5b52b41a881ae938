import type { Benchmark } from '../harness/benchmark.js';
import { Results } from '../harness/results.js';
import type { Traced, TracedTask } from '../parts/tracedNotification.js';

const CASES = [
  ['no SDK', 'none'],
  ['SDK, trace not kept', 'drops'],
  ['SDK, trace kept', 'keeps'],
] as const satisfies readonly (readonly [string, TracedTask['sdk']])[];
const COLUMN = 'CPU, µs each';

/** The product's calls of OpenTelemetry alone: the rest of its work is far larger and hides them. */
export const benchmark: Benchmark = {
  about: 'what tracing costs a notification, without an SDK and with one',
  async run(stage) {
    const notifications = stage.quick ? 2_000 : 50_000;
    const runs = stage.quick ? 1 : 5;
    const results = new Results<typeof COLUMN>('notifications with 5 requests', [COLUMN]);
    results.goal(CASES[0][0], { column: COLUMN, atMost: 20 });
    for (let run = 1; run <= runs; run += 1) {
      stage.say(`run ${run} of ${runs}`);
      for (const [what, sdk] of CASES) {
        const task = { sdk, notifications } satisfies TracedTask;
        const part = stage.part<Traced>('tracedNotification', task);
        results.note(what, COLUMN, (await part.next()).micros);
        await part.stop();
      }
    }
    return { settings: { notifications, exporter: 'none' }, tables: [results.table()] };
  },
};
