import { Tag, type Template } from 'liquidjs';

/** One way into a branch: what is rendered before it in any case, then the branch itself. */
export interface BranchPath {
  templates: Template[];
  /** Names of loops that the path leads into. */
  loopVariables: string[];
}

/**
 * Every branch of a parsed part (if, elsif, else, unless, case, when, for), however deep, each as
 * templates that can be rendered by themselves, whatever its condition says. Assigned variables that
 * stand before a branch are rendered with it.
 */
export function branchPaths(
  templates: readonly Template[],
  before: BranchPath = { templates: [], loopVariables: [] },
): BranchPath[] {
  return templates.flatMap((template, at) => {
    const path = {
      templates: [...before.templates, ...templates.slice(0, at)],
      loopVariables: before.loopVariables,
    };
    return branchesOf(template).flatMap(({ inside, loopVariable }) => {
      const into = {
        ...path,
        loopVariables: [
          ...path.loopVariables,
          ...(loopVariable === undefined ? [] : [loopVariable]),
        ],
      };
      return [{ ...into, templates: [...into.templates, ...inside] }, ...branchPaths(inside, into)];
    });
  });
}

function branchesOf(template: Template): { inside: Template[]; loopVariable?: string }[] {
  if (!(template instanceof Tag)) return [];
  const { branches = [], elseTemplates, templates, variable } = template as Partial<Branching>;
  return [
    ...branches.map((branch) => ({ inside: branch.templates })),
    ...(templates === undefined ? [] : [{ inside: templates, loopVariable: variable }]),
    ...(elseTemplates === undefined ? [] : [{ inside: elseTemplates }]),
  ];
}

/** As the engine's own tags hold their branches. */
interface Branching {
  branches: { templates: Template[] }[];
  elseTemplates: Template[];
  templates: Template[];
  variable: string;
}
