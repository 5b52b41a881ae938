import { once } from 'node:events';
import { EVENT_TYPES, type EventType, isCursor, onTheWire } from '../events/event.js';
import { EventsGoneError } from '../queue/notifierErrors.js';
import type { NotificationProducer } from '../queue/producer.js';
import { withProducer } from './deploymentCommand.js';
import { EXIT, type ExitCode } from './exitCodes.js';

export interface EventsOptions {
  follow?: boolean;
  after?: string;
  types?: string;
  campaign?: string;
  limit?: number;
}

interface Asked {
  after?: string;
  types?: readonly EventType[];
  campaignId?: string;
}

/** Prints events as one JSON document a line. */
export async function printEvents(options: EventsOptions): Promise<ExitCode> {
  const { after, follow = false, limit = Number.POSITIVE_INFINITY, campaign: campaignId } = options;
  if (after !== undefined && !isCursor(after)) return wrongUsage('--after', 'the id of an event');
  const types = options.types?.split(',');
  if (types !== undefined && !areTypes(types)) {
    return wrongUsage('--types', `types of events, comma separated: ${EVENT_TYPES.join(', ')}`);
  }
  return withProducer({}, async (producer, output) => {
    const asked = { after, types, campaignId };
    try {
      let printed = 0;
      for await (const event of follow ? following(producer, asked) : kept(producer, asked)) {
        await print(`${JSON.stringify(onTheWire(event))}\n`);
        printed += 1;
        if (printed >= limit) break;
      }
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof EventsGoneError)) throw error;
      output.remark(`${error.message}.`);
      return EXIT.other;
    }
  });
}

async function* following({ eventReader }: NotificationProducer, asked: Asked) {
  const after = asked.after ?? (await eventReader.newest());
  yield* eventReader.follow({ ...asked, after });
}

/** Those that there are by now. */
async function* kept({ eventReader }: NotificationProducer, { after, ...asked }: Asked) {
  let cursor = after;
  for (;;) {
    const page = await eventReader.page({
      ...asked,
      after: cursor,
      limit: 1_000,
      withMetadata: true,
    });
    if (page.kind === 'gone') throw new EventsGoneError(cursor, page);
    yield* page.events;
    if (!page.more) return;
    cursor = page.next;
  }
}

/** A reader that is slower than Redis must not fill the memory. */
async function print(line: string): Promise<void> {
  if (!process.stdout.write(line)) await once(process.stdout, 'drain');
}

function areTypes(texts: readonly string[]): texts is EventType[] {
  const known: ReadonlySet<string> = new Set(EVENT_TYPES);
  return texts.every((text) => known.has(text));
}

function wrongUsage(option: string, expected: string): ExitCode {
  process.stderr.write(`${option}: expected ${expected}\n`);
  return EXIT.invalid;
}
