import type { Language } from './customer.js';

type Names = readonly [string, ...string[]];

/** Names as they are written, and as they appear in an email address. */
export const NAMES: Record<Language, { first: Names; last: Names; latin: Names }> = {
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
