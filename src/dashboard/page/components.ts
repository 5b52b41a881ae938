import { type Content, type Html, html } from '../../html/html.js';

/** How a thing stands. Each tone has a sign of its own beside its colour. */
export type Tone = 'good' | 'bad' | 'open' | 'idle';

const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', bad: '✕', open: '!', idle: '○' };

/** A state in one or two words. */
export function badge(tone: Tone, text: Content): Html {
  return html`<span class="badge ${tone}"><span aria-hidden="true">${SIGNS[tone]}</span> ${text}</span>`;
}

/** A box of its own; `alert` for what a person must know at once. */
export function panel(tone: Tone, body: Content, role?: 'status' | 'alert'): Html {
  const said = role === undefined ? undefined : html` role="${role}"`;
  return html`<div class="panel ${tone}"${said}>${body}</div>`;
}

/** What was refused and what to do about it, where a page would have shown what came of it. */
export function errorPanel(what: Content, todo: Content): Html {
  return panel('bad', html`<p><strong>${what}</strong></p><p>${todo}</p>`, 'alert');
}

/** In place of an empty list: that it is empty, and what would fill it. */
export function emptyState(what: string, todo: Content): Html {
  return html`<div class="empty"><strong>${what}</strong><p>${todo}</p></div>`;
}

export interface Column<Row> {
  title: string;
  cell: (row: Row) => Content;
  /**
   * `number` stands to the right; `id` may be broken anywhere, a `name` of ours is not broken; `text` is
   * what people wrote, of any length.
   */
  kind?: 'number' | 'id' | 'name' | 'text';
}

/** A table; on a phone each row is a small list of its cells under their titles. */
export function table<Row>(
  label: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Html {
  return html`<div class="wide" tabindex="0" role="group" aria-label="${label}"><table aria-label="${label}">
<thead><tr>${columns.map(({ title, kind }) => html`<th scope="col"${classOf(kind)}>${title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) => html`<tr>${columns.map(
    ({ title, cell, kind }) => html`<td${classOf(kind)} data-label="${title}">${cell(row)}</td>`,
  )}</tr>
`,
)}</tbody></table></div>`;
}

function classOf(kind: string | undefined): Html | undefined {
  return kind === undefined ? undefined : html` class="${kind}"`;
}

/** Names and what is so; a fact that is not known is left out. */
export function definitionList(facts: readonly (readonly [string, Content])[]): Html {
  const known = facts.filter(([, content]) => content !== undefined);
  return html`<dl class="facts">${known.map(([name, content]) => html`<dt>${name}</dt><dd>${content}</dd>\n`)}</dl>`;
}

/** A few large numbers side by side; `note` says what a number means. */
export function figures(all: readonly { name: string; value: Content; note?: Content }[]): Html {
  return html`<dl class="figures">${all.map(
    ({ name, value, note }) =>
      html`<div><dt>${name}</dt><dd>${value}</dd>${note === undefined ? undefined : html`<dd class="note">${note}</dd>`}</div>\n`,
  )}</dl>`;
}

/** How far something has come; `text` says the same in words. */
export function progressBar(label: string, done: number, all: number, text: Content): Html {
  return html`<span class="progress"><progress aria-label="${label}" value="${done}" max="${Math.max(1, all)}"></progress>
<span>${text}</span></span>`;
}

export interface Field {
  label: string;
  name: string;
  value?: string;
  type?: 'text' | 'number' | 'password' | 'email' | 'search' | 'datetime-local' | 'file';
  /** What to write, in a sentence. */
  hint?: Content;
  /** Why what was written was refused. */
  wrong?: Content;
  required?: boolean;
  maxLength?: number;
  autocomplete?: string;
  /** A list to choose from, instead of a text to write. */
  options?: readonly { value: string; label?: string }[];
  multiline?: boolean;
}

/** A labelled field of a form, with its hint and what is wrong with it. */
export function field(one: Field): Html {
  const { label, name, hint, wrong } = one;
  const about = [
    ...(hint === undefined ? [] : [`${name}-hint`]),
    ...(wrong === undefined ? [] : [`${name}-wrong`]),
  ];
  return html`<div class="field"><label for="${name}">${label}</label>
${hint === undefined ? undefined : html`<span class="hint" id="${name}-hint">${hint}</span>`}
${control(one, about.length === 0 ? undefined : html` aria-describedby="${about.join(' ')}"`)}
${wrong === undefined ? undefined : html`<span class="wrong" id="${name}-wrong">${wrong}</span>`}</div>`;
}

function control(one: Field, described: Html | undefined): Html {
  const { name, value = '', type = 'text', wrong, required, maxLength, autocomplete } = one;
  const common = html` id="${name}" name="${name}"${described}${flag('required', required)}${
    wrong === undefined ? undefined : html` aria-invalid="true"`
  }`;
  const length = maxLength === undefined ? undefined : html` maxlength="${maxLength}"`;
  if (one.options !== undefined) {
    return html`<select${common}>${one.options.map(
      (each) =>
        html`<option value="${each.value}"${flag('selected', each.value === value)}>${each.label ?? each.value}</option>`,
    )}</select>`;
  }
  if (one.multiline) return html`<textarea${common}${length}>${value}</textarea>`;
  const filled = type === 'password' || type === 'file' ? undefined : html` value="${value}"`;
  return html`<input type="${type}"${common}${length}${filled} autocomplete="${autocomplete ?? 'off'}">`;
}

function flag(name: string, isSet: boolean | undefined): Html | undefined {
  return isSet ? html` ${name}` : undefined;
}

/** A button that sends its form; `main` is what most people come for, `danger` what cannot be undone. */
export function button(
  text: string,
  kind: 'main' | 'danger' | 'plain' = 'plain',
  named?: { name: string; value: string },
): Html {
  const chosen =
    named === undefined ? undefined : html` name="${named.name}" value="${named.value}"`;
  return html`<button class="${kind}"${chosen}>${text}</button>`;
}

/** A moment (epoch ms) for people and machines; in UTC, as the logs have it. */
export function time(at: number): Html {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

/** The same with how long ago it was, or how soon it comes. */
export function moment(at: number, now: number): Html {
  return html`${time(at)} ${age(at, now)}`;
}

/** How long ago a moment (epoch ms) was, or how soon it comes. */
export function age(at: number, now: number): Html {
  const words = at > now ? `in ${duration(at - now)}` : `${duration(now - at)} ago`;
  return html`<span class="age">(${words})</span>`;
}

const CLOCK_ALONE_MS = 20 * 3_600_000;

/** The time of day alone, where it cannot be meant for another day: `14:02 UTC`. */
export function clock(at: number, now: number): Html {
  const iso = new Date(at).toISOString();
  const isNear = Math.abs(now - at) < CLOCK_ALONE_MS;
  const words = isNear ? iso.slice(11, 16) : iso.slice(0, 16).replace('T', ' ');
  return html`<time datetime="${iso}">${words} UTC</time>`;
}

/** The time of day with how long ago it was: for tables, where there is little room. */
export function clockAndAge(at: number, now: number): Html {
  return html`${clock(at, now)} ${age(at, now)}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** A time span (ms) in its two largest units: `45 s`, `3 min`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  const at = UNITS.findIndex(([, length]) => ms >= length);
  const [unit, length] = UNITS[at] ?? ['s', 1_000];
  const whole = Math.floor(Math.max(0, ms) / length);
  const [smaller, its] = at === -1 || unit === 'min' ? ['', 1] : (UNITS[at + 1] ?? ['', 1]);
  const rest = smaller === '' ? 0 : Math.floor((ms % length) / its);
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${smaller}`;
}
