/*
 * A marketing export as a German CRM writes it: semicolons, a byte order mark, phones without country
 * code, columns of its own, umlauts, duplicates, and a footer that is no customer.
 */

const FIRST = ['Jörg', 'Zoë', 'Müge', 'François', 'Ann', 'Siobhán', 'Łukasz', 'Ñuria'];
const LAST = ['Müller', "O'Brien", 'Groß', 'de la Cruz', 'Çelik', 'Schäfer', 'van Dijk', 'Weiß'];
const DOMAINS = ['example.com', 'müller.example', 'post.example', 'example.org'];
const LOCAL_PARTS = ['kunde', "o'brien", 'vertrieb/emea', 'forschung&entwicklung'];
const BRANCHES = ['Köln', 'Hamburg; Mitte', 'München', 'Leipzig'];

/** One row in 5 has a phone that cannot be read, one in 50 no usable email, one in 40 stands there twice. */
export function marketingExport(rows: number): string {
  const lines = Array.from({ length: rows }, (_, at) => lineOf(at));
  const header = 'Kundennummer;Vorname;Nachname;E-Mail-Adresse;Telefon;Filiale;Umsatz;;;';
  const footer = [`Summe: ${rows};;;;;;;;;`, '', 'Erstellt am 29.11.2026 durch CRM-Export'];
  return `\ufeff${[header, ...lines, ...footer].join('\r\n')}`;
}

function lineOf(at: number): string {
  // A duplicate is the customer of the line before, under a number of their own.
  const customer = at % 40 === 39 ? at - 1 : at;
  const cells = [
    `K-${String(at + 1).padStart(6, '0')}`,
    pick(FIRST, customer),
    pick(LAST, customer >> 3),
    emailOf(customer),
    phoneOf(customer),
    pick(BRANCHES, customer),
    at % 7 === 0 ? '-12,50' : '1.250,00',
  ];
  return [...cells.map(quoted), '', '', ''].join(';');
}

function emailOf(customer: number): string {
  if (customer % 50 === 25) return customer % 100 === 25 ? 'unbekannt' : 'frau.muster@';
  const email = `${pick(LOCAL_PARTS, customer)}${customer}@${pick(DOMAINS, customer >> 2)}`;
  return customer % 11 === 0 ? `\u200b${email}\u00a0` : email;
}

function phoneOf(customer: number): string {
  if (customer % 5 === 0) return `0171 / 55 ${String(customer).padStart(4, '0')} (privat)`;
  return customer % 5 === 1 ? '' : `+49 171 55${String(customer).padStart(6, '0')}`;
}

function pick(values: readonly string[], at: number): string {
  return values[at % values.length] ?? '';
}

function quoted(cell: string): string {
  return /[;"\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
