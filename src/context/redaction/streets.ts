import { BLANK, type Redaction } from './redaction.js';

/* Without the flag i: what tells a street from a way, a place or a course is often a capital. */
const WORD = "[\\p{L}][\\p{L}'’.-]{0,30}";
const NAME = "\\p{Lu}[\\p{L}'’.-]{0,30}";
const NUMBER =
  '\\d{1,4}(?:\\s?[a-zA-Z](?![\\p{L}])|/[\\p{L}\\p{Nd}]{1,3})?(?![\\p{L}\\p{Nd}]|[.,:]\\d|\\s(?:Jahr|Tag|Monat|Woche|Stunde|Stück|Mal|day|week|month|hour|year|jour|mois|an|heure|fois|día|noche|hora|mes|año|vez|veces|persona|entrada|volt|giorn|nott|or[ae]|lezion|person)\\p{L}{0,3}(?!\\p{L}))';
const START = '(?<![\\p{L}\\p{Nd}])';

const ENGLISH = [
  `${START}(?:(?:[Ff]lat|[Aa]pt\\.?|[Uu]nit)\\s\\d{1,4}[A-Za-z]?,?\\s)?\\d{1,5}[A-Za-z]?,?\\s(?:${NAME}\\s){1,3}`,
  '(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|(?<!(?:Hard|Google|USB|Flash|Pen|Test|Wheel)\\s)Drive|Dr|Close|Court|Ct|Way|Terrace|Place|Pl|Square|Sq|Crescent|Gardens|Grove|Hill|Boulevard|Blvd|Mews)(?!\\p{L})',
].join('');
const ENGLISH_LOWER = `${START}\\d{1,5}[a-z]?,?\\s(?!(?:the|this|that|of|my|your|our|a|down|up|on|off|metres?|meters?|miles?|days?)\\s)${WORD}\\s(?:street|road|avenue|lane|crescent|boulevard)(?!\\p{L})`;

const GERMAN = `${START}(?!(?:Park|Stell|Sitz|Arbeits|Liege|Um|Heim|Lehr|Rück|Aus)(?:platz|weg|ring)\\s)\\p{Lu}[\\p{L}.-]{1,30}(?:straße|strasse|str\\.?|weg|gasse|allee|platz|damm|ufer|chaussee|steig|pfad)\\s${NUMBER}`;
const GERMAN_APART = `${START}(?:${NAME}\\s){1,3}(?:Straße|Strasse|Str\\.|Weg|Gasse|Allee|Platz|Markt|Ring|Damm|Ufer|Hof|Berg|Graben|Anger|Tor)\\s${NUMBER}`;

const AT_HOME = `(?<=(?<!\\p{L})(?:[Ww]ohn|[Aa]dresse|[Aa]nschrift)\\p{L}{0,4}[\\s:]{1,2}(?:\\p{Ll}{2,8}\\s){0,2})(?:(?:[Aa]n|[Aa]uf|[Ii]n|[Hh]inter)\\s(?:de[rmn]\\s)?|[Aa]m\\s|[Ii]m\\s|[Zz]u[mr]\\s)?(?:${NAME}\\s){1,3}${NUMBER}`;

const JOINING =
  "(?:(?:de|du|des|la|le|les|del|las|los|el|dei|degli|delle|della|dello|di|y|e)\\s|l['’]|d['’]|dell['’])";
const FRENCH = `${START}\\d{1,4}(?:[A-Za-z]|\\s(?:bis|ter|quater))?,?\\s(?:(?:[Rr]ue|[Aa]venue|[Aa]v\\.|[Bb]oulevard|[Bb]d|[Cc]hemin|[Aa]llée|[Ii]mpasse|[Qq]uai)\\s${JOINING}{0,3}${WORD}|(?:[Pp]lace|[Cc]ours|[Rr]oute|[Ss]quare|[Pp]assage)\\s${JOINING}{0,3}${NAME})(?:\\s${JOINING}{0,2}${NAME}){0,3}`;

const SPANISH =
  '(?:[Cc]alle|[Cc]/|[Aa]venida|[Aa]vda\\.?|[Aa]v\\.|[Pp]laza|[Pp]za\\.?|[Pp]aseo|[Cc]amino|[Rr]onda|[Cc]arretera|[Cc]tra\\.?|[Tt]ravesía)';
const ITALIAN =
  '(?:[Vv]ia(?!\\s(?:e-?mail|mail|sms|web|internet|telefono|whatsapp|app|chat|fax|pec|posta)\\s)|[Vv]iale|[Cc]orso|[Pp]iazza|[Pp]iazzale|[Ll]argo|[Vv]icolo|[Ss]trada|[Ss]alita|[Bb]orgo|[Cc]ontrada|[Ll]ungo\\p{Ll}+)';
/** In capitals, a name of up to four words; in small letters, of one. */
const BEFORE_NUMBER = `${START}(?:${SPANISH}|${ITALIAN})\\s?${JOINING}{0,3}(?:${NAME}(?:\\s${JOINING}{0,3}${NAME}){0,3}|${WORD}),?\\s(?:n[.º°o]{1,2}\\s?)?${NUMBER}`;

const STREET = new RegExp(
  [FRENCH, ENGLISH, ENGLISH_LOWER, GERMAN, GERMAN_APART, AT_HOME, BEFORE_NUMBER].join('|'),
  'gu',
);

/** Without one of these no pattern above fits: one look is cheaper than a look for each. */
const NAMES_A_STREET =
  /str(?:eet|aße|asse|ada|\.|\s)|road|ave|avda|av\.|lane|drive|c[lr]ose|court|way|terrace|place|squ?are|crescent|garden|grove|hill|boulevard|mews|(?:\b|\s)(?:st|rd|ln|dr|ct|pl|sq|blvd|bd)(?:\b|\s)|weg|gasse|all[ée]e|platz|damm|ufer|chaussee|steig|pfad|markt|ring|hof|berg|graben|anger|tor|wohn|adresse|anschrift|rue|chemin|impasse|quai|cours|route|passage|calle|c\/|pza|paseo|camino|ronda|c(?:arre)?tra|traves|via|corso|pla[zc]|piazz|largo|vicolo|salita|borgo|contrada|lungo/iu;

/** Streets with the number of a house: where customers, their relatives and neighbours live. */
export const STREETS: Redaction = {
  kind: 'street',
  blankOut: (text) =>
    /\d/.test(text) && NAMES_A_STREET.test(text) ? text.replace(STREET, BLANK) : text,
};
