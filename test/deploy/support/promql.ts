import { parser } from '@prometheus-io/lezer-promql';

interface Selector {
  metric: string;
  matchers: { label: string; operator: string; value: string }[];
}

export interface Query {
  /** Whether Prometheus could read it. */
  isValid: boolean;
  selectors: Selector[];
  /** Labels that it groups or joins by. */
  grouping: string[];
}

/** What Grafana replaces before it asks. */
const VARIABLES: Readonly<Record<string, string>> = {
  $__rate_interval: '5m',
  $__range: '1h',
  $job: 'notifier-api',
};

/** Reads a query by Prometheus' own grammar. */
export function readQuery(text: string): Query {
  const query = Object.entries(VARIABLES).reduce(
    (all, [from, to]) => all.replaceAll(from, to),
    text,
  );
  const found: Query = { isValid: true, selectors: [], grouping: [] };
  let matcher: { label: string; operator: string } | undefined;
  parser.parse(query).iterate({
    enter(node) {
      const said = query.slice(node.from, node.to);
      const selector = found.selectors.at(-1);
      switch (node.name) {
        case '⚠':
          found.isValid = false;
          break;
        case 'VectorSelector':
          found.selectors.push({ metric: '', matchers: [] });
          break;
        case 'Identifier':
          if (node.node.parent?.name === 'VectorSelector' && selector) selector.metric = said;
          break;
        case 'LabelName':
          if (node.node.parent?.name === 'GroupingLabels') found.grouping.push(said);
          else matcher = { label: said, operator: '' };
          break;
        case 'MatchOp':
          if (matcher) matcher.operator = said;
          break;
        case 'StringLiteral':
          if (matcher && selector) {
            selector.matchers.push({ ...matcher, value: said.slice(1, -1) });
            matcher = undefined;
          }
          break;
      }
    },
  });
  return found;
}
