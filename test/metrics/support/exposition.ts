export interface Family {
  name: string;
  type: string;
  help: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/g;

/** Reads a page in Prometheus' text format, strictly: a line it does not understand is an error. */
export function readExposition(page: string): Map<string, Family> {
  const families = new Map<string, Family>();
  if (!page.endsWith('\n')) throw new Error('the last line has no end');
  let current: Family | undefined;
  for (const line of page.split('\n')) {
    if (line === '') continue;
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === 'HELP') {
      if (families.has(name)) throw new Error(`${name} stands there twice`);
      current = { name, type: '', help: rest, samples: [] };
      families.set(name, current);
    } else if (keyword === 'TYPE') {
      if (current?.name !== name) throw new Error(`the type of ${name} stands alone`);
      current.type = rest;
    } else {
      const [, sample = '', labelText = '', value = ''] = SAMPLE.exec(line) ?? [];
      const base =
        current?.type === 'histogram' ? sample.replace(/_(bucket|sum|count)$/, '') : sample;
      if (current === undefined || base !== current.name) throw new Error(`stray line: ${line}`);
      const labels = Object.fromEntries(
        [...labelText.matchAll(LABEL)].map(([, key = '', text = '']) => [key, text]),
      );
      if (labelText.replace(LABEL, '') !== '') throw new Error(`wrong labels: ${line}`);
      current.samples.push({
        name: sample,
        labels,
        value: Number(value.replace('+Inf', 'Infinity')),
      });
    }
  }
  return families;
}
