const GAP = '  ';

/**
 * A table for a terminal of 80 columns. The last column takes what is left and is wrapped at words;
 * the others are as wide as their widest cell.
 */
export function table(head, rows, width = 80) {
  const fixed = head.slice(0, -1).map((_, at) => widest([head, ...rows].map((row) => row[at])));
  const used = fixed.reduce((sum, each) => sum + each + GAP.length, GAP.length);
  const lines = (row) => {
    const wrapped = wrap(row.at(-1), Math.max(20, width - used));
    return wrapped.map((text, line) => {
      const cells = fixed.map((size, at) => (line === 0 ? row[at] : '').padEnd(size));
      return `${GAP}${[...cells, text].join(GAP)}`.trimEnd();
    });
  };
  const rule = `${GAP}${'─'.repeat(width - GAP.length)}`;
  return [...lines(head), rule, ...rows.flatMap(lines)];
}

export function wrap(text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

function widest(cells) {
  return Math.max(...cells.map((cell) => cell.length));
}
