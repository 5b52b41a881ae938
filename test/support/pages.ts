import { readdirSync, readFileSync } from 'node:fs';

export const projectRoot = new URL('../../', import.meta.url);

/** A page for readers. */
export interface Page {
  /** From the root of the project, such as `docs/sending.md`. */
  path: string;
  text: string;
}

const docs = readdirSync(new URL('docs', projectRoot)).map((name) => `docs/${name}`);

/** Every page of the project. */
export const PAGES: readonly Page[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/README.md',
  'packages/producer/README.md',
  ...docs,
].map((path) => ({ path, text: readFileSync(new URL(path, projectRoot), 'utf8') }));

export function pageAt(path: string): Page {
  const found = PAGES.find((page) => page.path === path);
  if (found === undefined) throw new Error(`there is no page ${path}`);
  return found;
}

/** The code blocks in a language, without the indentation that a list gives them. */
export function codeBlocks({ text }: Page, language: string): string[] {
  const blocks = [...text.matchAll(/^( *)```(\w*)\n([\s\S]*?)^\1```/gm)];
  return blocks
    .filter(([, , name]) => name === language)
    .map(([, indent = '', , code = '']) => code.replace(new RegExp(`^${indent}`, 'gm'), ''));
}

/** The lines of the shell blocks in their order, commands over several lines as one. */
export function commandLines(page: Page): string[] {
  return codeBlocks(page, 'sh')
    .flatMap((block) => block.replace(/\\\n\s*/g, '').split('\n'))
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

/** The texts in backticks, those of code blocks left out. */
export function quotedTexts({ text }: Page): string[] {
  const prose = text.replace(/^ *```[\s\S]*?^ *```/gm, '');
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, quoted = '']) => quoted);
}
