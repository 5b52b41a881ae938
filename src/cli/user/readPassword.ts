import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { EXIT, type ExitCode } from '../exitCodes.js';

const SHORTEST = 12;
/** A line of standard input that is longer is no password. */
const LONGEST = 1_024;

export type ReadPassword =
  | { ok: true; password: string }
  | { ok: false; because: string; code: ExitCode };

/** The password of a person: asked twice on a terminal, without echo; else one line of standard input. */
export async function readPassword(name: string): Promise<ReadPassword> {
  if (!process.stdin.isTTY) return judged(await firstLine());
  const password = await askHidden(`Password of ${name}, at least ${SHORTEST} characters: `);
  if (password === undefined) return GIVEN_UP;
  const read = judged(password);
  if (!read.ok) return read;
  const again = await askHidden('The same again: ');
  if (again === undefined) return GIVEN_UP;
  if (again === password) return read;
  return { ok: false, because: 'The two passwords differ. Nothing was changed.', code: EXIT.other };
}

const GIVEN_UP: ReadPassword = {
  ok: false,
  because: 'Interrupted. Nothing was changed.',
  code: EXIT.interrupted,
};

function judged(password: string): ReadPassword {
  const isFit =
    password.length >= SHORTEST &&
    password.length <= LONGEST &&
    password.trim() === password &&
    !/\p{Cc}/u.test(password);
  if (isFit) return { ok: true, password };
  const because = `The password: expected at least ${SHORTEST} characters, without blanks at the ends.`;
  return { ok: false, because, code: EXIT.invalid };
}

async function firstLine(): Promise<string> {
  let text = '';
  for await (const piece of process.stdin.setEncoding('utf8')) {
    text += String(piece);
    if (text.includes('\n') || text.length > LONGEST + 2) break;
  }
  return text.split(/\r?\n/)[0] ?? '';
}

/** One line from the terminal, of which nothing is shown; undefined when it is interrupted. */
async function askHidden(question: string): Promise<string | undefined> {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await new Promise<string | undefined>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
      lines.once('SIGINT', () => resolve(undefined));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
