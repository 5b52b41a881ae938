import { buildConversation, pick, type Random, uuidFrom } from './build.js';
import type { Customer, Language, Population } from './population.js';
import { SCRIPTS } from './scripts.js';

type Names = readonly [string, ...string[]];

/** Names as they are written, and as they appear in an email address. */
const NAMES: Record<Language, { first: Names; last: Names; latin: Names }> = {
  en: {
    first: ['Amelia', 'Oliver', 'Grace', 'Marcus', 'Priya', 'Liam', 'Zoe', 'Samuel'],
    last: ['Hughes', 'Okafor', 'Bennett', "O'Connor", 'Clarke', 'Patel', 'Novak', 'Reid'],
    latin: ['amelia', 'oliver', 'grace', 'marcus', 'priya', 'liam', 'zoe', 'samuel'],
  },
  de: {
    first: ['Jürgen', 'Anneliese', 'Björn', 'Käthe'],
    last: ['Schäfer', 'Großmann', 'Weiß', 'Müller-Lüdenscheidt'],
    latin: ['juergen', 'anneliese', 'bjoern', 'kaethe'],
  },
  es: {
    first: ['Lucía', 'Íñigo', 'María José', 'Andrés'],
    last: ['Núñez', 'García Márquez', 'Ibáñez', 'Peña'],
    latin: ['lucia', 'inigo', 'mariajose', 'andres'],
  },
  ja: {
    first: ['陽子', '健太', '美咲', '翔'],
    last: ['田中', '佐藤', '鈴木', '高橋'],
    latin: ['yoko', 'kenta', 'misaki', 'sho'],
  },
  ar: {
    first: ['ليلى', 'عمر', 'فاطمة', 'يوسف'],
    last: ['حداد', 'المصري', 'خوري', 'ناصر'],
    latin: ['layla', 'omar', 'fatima', 'yusuf'],
  },
  he: {
    first: ['נועה', 'איתי', 'תמר', 'יונתן'],
    last: ['כהן', 'לוי', 'מזרחי', 'פרץ'],
    latin: ['noa', 'itai', 'tamar', 'yonatan'],
  },
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The number our side texts from. */
export const SMS_NUMBER = '+15550100999';

const LANGUAGES: readonly [Language, ...Language[]] = [
  'en',
  'en',
  'en',
  'en',
  'de',
  'es',
  'ja',
  'ar',
  'he',
];

export interface GenerateOptions {
  count: number;
  /** Numbers the first one, so that addresses stay unique over several calls. */
  from: number;
  deploymentId: string;
  now: number;
}

/** Adds `count` people of every kind, the same ones for the same seed, dated relative to `now`. */
export function generateCustomers(
  population: Population,
  { count, from, deploymentId, now }: GenerateOptions,
  random: Random,
): Customer[] {
  return Array.from({ length: count }, (_, index) => {
    const number = from + index;
    const customer = person(number, random);
    population.add(customer);
    addHistory(population, customer, number, deploymentId, now, random);
    return customer;
  });
}

function person(number: number, random: Random): Customer {
  const language = pick(random, LANGUAGES);
  const names = NAMES[language];
  const given = Math.floor(random() * names.first.length);
  const digits = String(number).padStart(7, '0');
  const country = number % 3 === 0 ? '+44207' : '+1555';
  return {
    id: uuidFrom(random),
    mergedInto: null,
    firstName: names.first[given] ?? names.first[0],
    lastName: pick(random, names.last),
    email: `${names.latin[given] ?? 'customer'}.${number}@example.${number % 4 === 0 ? 'org' : 'com'}`,
    emailOnContact: number % 8 !== 5,
    phone: number % 5 === 0 ? null : `${country}${digits}`,
    language,
    online: number % 3 !== 1,
    reads: false,
    emailBounces: false,
    bounceText: null,
    smsFails: null,
    guestId: uuidFrom(random),
  };
}

/** One in nine never wrote, one in ten long ago, one in four wrote several times lately. */
function addHistory(
  population: Population,
  customer: Customer,
  number: number,
  deploymentId: string,
  now: number,
  random: Random,
): void {
  if (number % 9 === 4) return;
  const talks = number % 4 === 2 ? 3 : 1;
  const fitting = SCRIPTS.filter(({ language }) => language === customer.language);
  for (let talk = 0; talk < talks; talk += 1) {
    const script = fitting[Math.floor(random() * fitting.length)] ?? SCRIPTS[0];
    const ago = number % 10 === 7 ? 45 * DAY : HOUR + talk * 6 * DAY + random() * 5 * DAY;
    const bySms = customer.phone !== null && talk === 2;
    population.addConversation(
      buildConversation(
        customer,
        {
          media: bySms ? 'sms' : 'webmessaging',
          ourAddress: bySms ? SMS_NUMBER : deploymentId,
          startedAt: Math.round(now - ago),
          active: false,
          lines: script.lines,
        },
        random,
      ),
    );
  }
}
