import { describe, expect, test } from '@jest/globals';
import {
  clipped,
  LiveLines,
  type Terminal,
  terminal,
  tinted,
  wrapped,
} from '../../src/cli/terminal.js';

function written(columns = 80): Terminal & { text(): string } {
  const all: string[] = [];
  return {
    live: true,
    unicode: true,
    colour: true,
    columns: () => columns,
    write: (text) => void all.push(text),
    text: () => all.join(''),
  };
}

const stream = (isTTY: boolean) => ({ isTTY, columns: 100 }) as NodeJS.WriteStream;

describe('what a terminal can do', () => {
  test.each([
    ['a terminal', true, { LANG: 'en_GB.UTF-8' }, { live: true, unicode: true, colour: true }],
    ['a terminal without UTF-8', true, { LANG: 'C' }, { live: true, unicode: false, colour: true }],
    ['LC_ALL before LANG', true, { LC_ALL: 'C', LANG: 'en_GB.UTF-8' }, { unicode: false }],
    ['NO_COLOR', true, { LANG: 'en.utf8', NO_COLOR: '1' }, { live: true, colour: false }],
    ['an empty NO_COLOR', true, { NO_COLOR: '' }, { colour: true }],
    [
      'TERM=dumb',
      true,
      { TERM: 'dumb', LANG: 'en.UTF-8' },
      { live: false, unicode: false, colour: false },
    ],
    ['a pipe', false, { LANG: 'en_GB.UTF-8' }, { live: false, unicode: false, colour: false }],
  ])('%s', (_title, isTTY, env, can) => {
    expect(terminal(stream(isTTY), env)).toMatchObject(can);
  });
});

describe('a line that must not wrap', () => {
  test.each([
    ['is left as it is when it fits', 'abc', 3, 'abc'],
    ['is cut when it does not', 'abcdef', 3, 'abc'],
    ['counts other than ASCII as two columns', 'äöü', 4, 'äö'],
    ['counts what is drawn here as one', '[█░] · …', 8, '[█░] · …'],
    ['may end in an emoji that does not fit', 'ab😀', 3, 'ab'],
  ])('%s', (_title, line, columns, shown) => {
    expect(clipped(line, columns)).toBe(shown);
  });

  test('keeps its colours, which take no room, and ends them', () => {
    const line = `${tinted('good', 'green', written())} plain`;
    expect(clipped(line, 3)).toBe('\u001b[32mgre\u001b[39m');
  });
});

describe('live lines', () => {
  test('are drawn in the place of those before, and one column short of the edge', () => {
    const to = written(10);
    const lines = new LiveLines(to);
    lines.draw(['first', 'a line that is too long']);
    lines.draw(['second']);
    lines.clear();
    expect(to.text()).toBe('first\na line th\n\u001b[2A\r\u001b[Jsecond\n\u001b[1A\r\u001b[J');
  });
});

test('a terminal made narrower has broken the lines that were drawn', () => {
  let columns = 40;
  const to = { ...written(), columns: () => columns };
  const lines = new LiveLines(to);
  lines.draw(['x'.repeat(39), 'short']);
  columns = 20;
  lines.clear();
  expect(to.text()).toMatch(/\[3A\r/);
});

test('text is broken at words', () => {
  expect(wrapped('one two three', 8)).toEqual(['one two', 'three']);
  expect(wrapped('unbreakable', 4)).toEqual(['unbreakable']);
});
