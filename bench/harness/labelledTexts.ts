import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { cleanText } from '#product/context/cleanText.js';
import { REDACTIONS, redact } from '#product/context/redact.js';
import { BLANK, type Redaction } from '#product/context/redaction/redaction.js';

type SecretKind = Redaction['kind'];

/** A part of a text: from a place up to another one. */
interface Span {
  from: number;
  to: number;
}

interface Secret extends Span {
  kind: string;
}

/** A text as a customer may write it, with what of it must not be quoted back. */
export interface LabelledText {
  /** The name of its file, which is a language. */
  language: string;
  text: string;
  secrets: Secret[];
}

/** Both counts are of secrets or of blanks; a share is one divided by the other. */
export interface Share {
  of: number;
  right: number;
}

export interface RedactionFigures {
  texts: number;
  /** Texts without a secret, and how many of them were left as they are. */
  harmless: Share;
  /** By the kind of the secret: how many were blanked out whole. */
  recall: ReadonlyMap<string, Share>;
  /** By the kind of the rule: how many blanks stand for something secret, of whatever kind. */
  precision: ReadonlyMap<SecretKind, Share>;
}

const MARK = /\[\[(\w+):(.*?)\]\]/g;

/** One text a line, `[[kind:secret]]` in it; lines that begin with `#` are for readers. */
export function readLabelledTexts(folder: string): LabelledText[] {
  return readdirSync(folder).flatMap((file) =>
    readFileSync(path.join(folder, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => labelled(path.basename(file, '.txt'), cleanText(line))),
  );
}

function labelled(language: string, line: string): LabelledText {
  const secrets: Secret[] = [];
  let text = '';
  let read = 0;
  for (const { 0: mark, 1: kind = '', 2: secret = '', index } of line.matchAll(MARK)) {
    text += line.slice(read, index);
    secrets.push({ kind, from: text.length, to: text.length + secret.length });
    text += secret;
    read = index + mark.length;
  }
  return { language, text: text + line.slice(read), secrets };
}

/** How the redaction of this build does on texts. */
export function redactionFigures(texts: readonly LabelledText[]): RedactionFigures {
  const recall = new Map<string, Share>();
  const precision = new Map<SecretKind, Share>();
  const harmless = { of: 0, right: 0 };
  for (const { text, secrets } of texts) {
    const blanks = blanksIn(text);
    for (const { kind, ...span } of blanks) {
      count(
        precision,
        kind,
        secrets.some((secret) => overlap(secret, span)),
      );
    }
    for (const secret of secrets) count(recall, secret.kind, isHidden(text, secret, blanks));
    if (secrets.length > 0) continue;
    harmless.of += 1;
    if (redact(text) === text) harmless.right += 1;
  }
  return { texts: texts.length, harmless, recall, precision };
}

/** All kinds together. */
export function total(shares: ReadonlyMap<string, Share>): Share {
  const all = [...shares.values()];
  return {
    of: all.reduce((sum, { of }) => sum + of, 0),
    right: all.reduce((sum, { right }) => sum + right, 0),
  };
}

function count<Kind>(shares: Map<Kind, Share>, kind: Kind, right: boolean): void {
  const { of, right: before } = shares.get(kind) ?? { of: 0, right: 0 };
  shares.set(kind, { of: of + 1, right: before + (right ? 1 : 0) });
}

/**
 * Where each step of the redaction blanked something out, as places in the text before all of them.
 * Each step only replaces parts of the text, so what is left lies in order between its blanks.
 */
function blanksIn(text: string): (Span & { kind: SecretKind })[] {
  const found: (Span & { kind: SecretKind })[] = [];
  let left = text;
  for (const { kind, blankOut } of REDACTIONS) {
    const next = blankOut(left);
    if (next === left) continue;
    const before = spansOf(text, left);
    const isNew = (span: Span) =>
      !before.some(({ from, to }) => from === span.from && to === span.to);
    found.push(
      ...spansOf(text, next)
        .filter(isNew)
        .map((span) => ({ ...span, kind })),
    );
    left = next;
  }
  return found;
}

function spansOf(text: string, redacted: string): Span[] {
  const kept = redacted.split(BLANK).map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  const blanks = new RegExp(`^${kept.join('(.+?)')}$`, 'sd').exec(text)?.indices?.slice(1);
  if (blanks === undefined) throw new Error('a step of the redaction did more than replace');
  return blanks.flatMap((span) => (span === undefined ? [] : [{ from: span[0], to: span[1] }]));
}

/** Nothing of a secret may be left that a reader could put together: no letter, no digit. */
function isHidden(text: string, { from, to }: Span, blanks: readonly Span[]): boolean {
  for (let at = from; at < to; at += 1) {
    const readable = /[\p{L}\p{Nd}]/u.test(text[at] ?? '');
    if (readable && !blanks.some((blank) => blank.from <= at && at < blank.to)) return false;
  }
  return true;
}

function overlap(one: Span, other: Span): boolean {
  return one.from < other.to && other.from < one.to;
}
