/** Progress: one line that is rewritten on a terminal, a line for each change elsewhere. */
export function progressOn(stream) {
  let last = '';
  return {
    show(text) {
      if (text === last) return;
      last = text;
      if (!stream.isTTY) {
        stream.write(`${text}\n`);
        return;
      }
      const columns = Math.max(20, stream.columns ?? 80);
      stream.write(`\r\x1b[2K${text.slice(0, columns - 1)}`);
    },
    /** Leaves the last line standing. */
    end() {
      if (stream.isTTY && last !== '') stream.write('\n');
      last = '';
    },
  };
}
