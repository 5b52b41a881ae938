import type { Benchmark } from '../harness/benchmark.js';
import {
  type RedactionFigures,
  readLabelledTexts,
  redactionFigures,
  type Share,
  total,
} from '../harness/labelledTexts.js';
import { Results, type Table } from '../harness/results.js';

const SETS = {
  known: 'texts that rules were made with',
  heldOut: 'texts that no rule was made with',
} as const;

/** Of the goals, those of the texts that no rule was made with mean something. */
const GOALS = { known: 98, heldOut: 90 } as const;

type Column = 'secrets' | 'found %' | 'blanks' | 'rightly %';

/** Needs neither a worker nor the clock: what is blanked out of quotations, of labelled texts. */
export const benchmark: Benchmark = {
  about: 'secrets that are blanked out of quotations, and what is blanked out in vain',
  run: async () => {
    const measured = (['known', 'heldOut'] as const).map((set) => ({
      set,
      figures: redactionFigures(readLabelledTexts(`test/context/labelled/${set}`)),
    }));
    return {
      settings: Object.fromEntries(
        measured.map(({ set, figures: { texts, harmless } }) => [
          SETS[set],
          `${texts}, of them ${harmless.of} without a secret; ${harmless.right} of these are left whole`,
        ]),
      ),
      tables: measured.map(({ set, figures }) => tableOf(set, figures)),
    };
  },
};

function tableOf(set: keyof typeof SETS, { recall, precision }: RedactionFigures): Table {
  const columns = ['secrets', 'found %', 'blanks', 'rightly %'] as const;
  const results = new Results<Column>(SETS[set], columns);
  const row = (what: string, found: Share | undefined, blanks: Share | undefined) => {
    note(results, what, 'secrets', 'found %', found);
    note(results, what, 'blanks', 'rightly %', blanks);
  };
  for (const kind of new Set([...recall.keys(), ...precision.keys()].sort())) {
    const rules: ReadonlyMap<string, Share> = precision;
    row(kind, recall.get(kind), rules.get(kind));
  }
  row('all', total(recall), total(precision));
  results.goal('all', { column: 'found %', atLeast: GOALS[set] });
  return results.table();
}

function note(
  results: Results<Column>,
  what: string,
  counted: Column,
  share: Column,
  measured: Share | undefined,
): void {
  if (measured === undefined) return;
  results.note(what, counted, measured.of);
  results.note(what, share, (100 * measured.right) / measured.of);
}
