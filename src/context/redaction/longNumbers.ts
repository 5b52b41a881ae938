import { digitsOf, withoutDates } from './digits.js';
import { BLANK, type Redaction } from './redaction.js';

/** Whether 13 to 19 neighbouring digits pass the check every payment card number passes (Luhn). */
export function holdsCardNumber(digits: readonly number[]): boolean {
  for (let start = 0; start + 13 <= digits.length; start++) {
    for (let length = 13; length <= 19 && start + length <= digits.length; length++) {
      if (passesLuhn(digits.slice(start, start + length))) return true;
    }
  }
  return false;
}

function passesLuhn(digits: readonly number[]): boolean {
  const sum = digits.reduceRight((total, digit, index) => {
    const doubled = (digits.length - index) % 2 === 0 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** Up to three characters, no letters or digits: how people group a number, emoji digits included. */
const LOOSE_RUN = /\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd})+\p{M}*/gu;
/** As phone, account and insurance numbers are written. */
const NUMBER_RUN = /(?:\+\s?)?\(?\p{Nd}(?:[\s./()_\u2010-\u2015-]{0,3}\p{Nd})+/gu;

/** What has a number that customers quote and that says nothing of a person, in five languages. */
const THINGS = [
  'order|invoice|tracking|shipment|parcel|ticket|case|claim|contract|reference|ref|serial|part|item|article|product|model|booking|reservation|policy|return|meter|ean|bar ?code|voucher|batch|lot',
  'bestell(?:ung|nummer|nr)?|auftrags?|rechnungs?|sendungs?|paket|vorgangs?|vertrags?|kunden|artikel|serien|modell|buchungs?|police|policen|zähler(?:stand)?|charge|produkt|lieferschein|aktenzeichen|strichcode|referenz',
  'commande|facture|suivi|colis|envoi|dossier|contrat|référence|série|article|produit|modèle|réservation|police|compteur|rendez-vous|code[- ]barres|bon|client',
  'pedido|factura|seguimiento|envío|expediente|contrato|referencia|serie|artículo|producto|modelo|reserva|póliza|contador|incidencia|código de barras|cliente',
  'ordine|fattura|spedizione|pratica|contratto|riferimento|serie|articolo|prodotto|modello|prenotazione|polizza|contatore|segnalazione|codice a barre|cliente',
].join('|');
const NUMBER_WORD =
  'number|numbers|no|nr|num|nummer|numéro|numero|número|n\\.?[°ºo]|n|code|código|codice|id|reading|lecture';
const LABEL = 'box|label|packet|etikett|packung|étiquette|boîte|etiqueta|caja|etichetta|scatola';
/** Behind the thing stand only words that say no more than "number … is". */
const OF_A_THING = new RegExp(
  `(?<![\\p{L}\\p{Nd}])(?:${THINGS})(?:[-\\s]?(?:${NUMBER_WORD}))?[\\s.:#]{0,3}` +
    `(?:(?:on|auf|sur|en|in|sull)[’'\\s]?(?:\\p{L}{1,4}[’'\\s])?(?:${LABEL})\\s)?` +
    `(?:(?:was|is|war|ist|lautet|est|était|es|era|fue|fu|è|el|il|la|le|der|die|the|${NUMBER_WORD})[\\s.:]{1,2}){0,3}` +
    '[\\p{L}\\p{Nd}/-]{0,12}$',
  'iu',
);
const MEASURED = /^\s?(?:kWh|m³|m3|km|miles|€|\$|£|EUR|euros?|USD|GBP|CHF)(?!\p{L})/iu;

/** Dialled numbers: international, or with the zero and the length that a national number has. */
const DIALLED = /^\s*\(?(?:\+|00[1-9]\d{8,13}$|0[1-9]\d{8,9}$)/;

/** Payment cards. */
export const CARD_NUMBERS: Redaction = {
  kind: 'card',
  blankOut: (text) =>
    text.replace(LOOSE_RUN, (run, at: number) => {
      const digits = digitsOf(withoutDates(run));
      if (!holdsCardNumber(digits)) return run;
      return isOfAThing(run, text.slice(0, at)) && !isCardAsAWhole(digits) ? run : BLANK;
    }),
};

/** Phone numbers, and every other number of seven digits or more that is not plainly of a thing. */
export const LONG_NUMBERS: Redaction = {
  kind: 'phone',
  blankOut: (text) =>
    text.replace(NUMBER_RUN, (run, at: number) => {
      const before = text.slice(0, at);
      return isLong(run, before) && !isMeasured(text.slice(at + run.length), run) ? BLANK : run;
    }),
};

function isLong(run: string, before: string): boolean {
  const count = digitsOf(withoutDates(run)).length;
  if (count < 7 || isOfAThing(run, before)) return false;
  const labelled = /(?:#|\p{L}[-_]?)$/u.test(before) && /^\p{Nd}+$/u.test(run);
  return !(labelled && count <= 8);
}

/** The number of an order or a parcel: a lost one makes a quotation hard to understand. */
function isOfAThing(run: string, before: string): boolean {
  const dialled = DIALLED.test(run.replace(/[^\d+]/g, ''));
  return !dialled && /^[\p{Nd}-]+$/u.test(run) && OF_A_THING.test(before.slice(-80));
}

/** Cards begin with these digits, and stand alone; of other numbers, one in ten passes the check. */
function isCardAsAWhole(digits: readonly number[]): boolean {
  const [first = 0] = digits;
  return digits.length <= 19 && first >= 2 && first <= 6 && passesLuhn(digits);
}

function isMeasured(after: string, run: string): boolean {
  return MEASURED.test(after) && /^\p{Nd}+$/u.test(run);
}
