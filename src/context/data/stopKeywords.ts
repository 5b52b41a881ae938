/*
 * A whole message of nothing else, by language: a customer wants no more messages, or wants them again. Written as
 * people write them; they are compared without case and accents. To add a language, add its line.
 *
 * "Cancel", "end" and "quit" are left out: in a chat they mean other things. In an SMS they stop messages, too, and
 * there the platform itself sees to it (RecipientOptedOut).
 */

export const STOP_KEYWORDS = {
  en: 'stop|stop stop|please stop|stop please|stop all|stopall|opt out|optout|remove me|unsubscribe',
  de: 'stopp|abmelden|austragen|abbestellen|bitte abmelden',
  es: 'baja|desuscribir|desuscribirme',
  fr: 'désinscription|désabonnement',
  it: 'disiscrizione|cancellami',
  pt: 'descadastrar',
  nl: 'uitschrijven|afmelden',
  pl: 'wypisz|wypisz mnie',
  tr: 'dur',
  ru: 'стоп|отписка',
  uk: 'відписка',
  ar: 'توقف|قف|الغاء الاشتراك',
  he: 'הסר|הסירו',
  fa: 'لغو اشتراک',
  ja: '配信停止|停止',
  zh: '停止|退订|退訂',
  ko: '수신거부|수신 거부',
  th: 'ยกเลิกการรับข้อความ',
  id: 'berhenti berlangganan',
  vi: 'huy dang ky',
} as const;

export const START_KEYWORDS = {
  en: 'start|unstop|subscribe|subscribe me|resubscribe|opt in|optin',
  de: 'anmelden|abonnieren',
  es: 'alta',
  fr: 'abonnez moi|inscription',
  it: 'iscrivimi',
  pt: 'inscrever',
  nl: 'aanmelden',
  pl: 'zapisz mnie',
  ru: 'подписаться',
  uk: 'підписатися',
  ar: 'اشتراك',
  he: 'הרשמה',
  ja: '配信再開',
  zh: '订阅|訂閱',
  ko: '수신동의',
} as const;
