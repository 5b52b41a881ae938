/*
 * Words that follow "my name is …" in a sentence about something else; their capitals do not make
 * names of them.
 */

/** Words of grammar: where one stands, at whatever place, a sentence goes on. */
const GRAMMAR: ReadonlySet<string> = wordsOf(
  'not no in on at the a an my your our his her it this that so very really just also here there',
  'still already now soon everywhere nowhere off up down out to for with without and or but if as',
  'their they you we he she is was are be been being has have had do does did well ok okay gone',
  'what why how when again later please something someone nobody none never always too yet twice',
  'wrong spelled misspelled missing incorrect falsch geschrieben',
  'nicht kein keine ein eine der die den dem das sie ihnen ihr ihre euch sehr so hier auch nun',
  'jetzt schon wieder leider auf im noch immer zu weg anders als wie überall nie niemals mal',
  'el la un una mi su de del con sin que como para por en al lo los las muy no yo ya ahora aquí aqui',
  'está esta este mal bien igual otro otra el mismo misma nuevo nueva siempre nunca demasiado',
  'le les des du sur dans avec sans ma mon mes sa son ses pas très un une encore déjà deja',
  'maintenant ici comme ce cet trop toujours jamais autrement autre',
  'il lo gli i non sul nel già ja ancora sempre mai troppo altro diversamente fuori',
  'não nao ainda já o os as um uma muito sempre nunca outro outra',
  'niet het een nog al ook op anders altijd nooit te u',
  'nie inaczej tak samo już jeszcze zawsze nigdy źle na',
  'не уже ещё еще иначе также на так по-другому інакше вже ще завжди всегда никогда',
  'غير ليس لا لم الآن على في من לא על את של אני הוא כבר עכשיו',
);

/** Words that describe a name. In the first place only: "Shelley Long" and "Dawn French" are people. */
const DESCRIPTIONS: ReadonlySet<string> = wordsOf(
  'spelt misspelt incomplete invalid outdated empty blank old new',
  'mine yours locked blocked back pregnant lost stuck unknown private confidential secret hidden',
  'important irrelevant correct incorrect changed different under listed attached below above',
  'long short taken rejected required unverified verified duplicated duplicate hyphenated foreign',
  'displayed printed written shown showing cut found registered used common rare removed deleted',
  'angry waiting sorry sure happy unhappy upset furious annoyed disappointed frustrated fine good',
  'everything anything nothing half everyone identical similar visible invisible swapped mixed',
  'shortened garbled scrambled truncated abbreviated asap btw fyi help',
  'sick tired confused interested done ready trying looking having getting going calling writing',
  'unable able afraid aware moving unacceptable ridiculous terrible urgent awful great nice perfect',
  'amazing bad horrible insane stupid nonsense fraud theft bullshit crap hell hopeless mud mister',
  'german french english spanish italian dutch american british irish polish turkish indian chinese',
  'customer member subscriber user tomorrow today monday tuesday wednesday thursday friday',
  'sauer wütend froh zufrieden sicher neu kunde kundin programm hase falsch richtig geändert',
  'geandert gesperrt unbekannt egal leer nichts vergeben unvollständig privatsache privat geheim',
  'ungewöhnlich seltsam komisch schwierig kompliziert raro rara extraño difícil complicado compliqué bizarre',
  'strano difficile complicato estranho strange weird unusual difficult complicated unique common',
  'vertauscht verdreht abgeschnitten gekürzt abgekürzt unlesbar lesbar unleserlich hinterlegt korrekt',
  'inkorrekt fehlerhaft teil bestandteil willkommen vorhanden registriert eingetragen verwechselt',
  'veraltet identisch derselbe dieselbe bekannt sichtbar unsichtbar verstümmelt danke bitte',
  'doppelt verschwunden lang kurz wichtig unwichtig ungültig gelöscht schall herzlich',
  'cliente incorrecto incorrecta incorrect correcto equivocado erróneo erroneo bloqueado privado',
  'compuesto parecido idéntico similar igual incompleto inválido repetido borrado registrado abreviado',
  'desconocido diferente distinto largo corto secreto falso confidencial importante',
  'française français client cliente faux fausse erroné errone bloqué bloque inconnu écrit',
  'incomplet identique composé absent tronqué invalide coupé modifié changé effacé supprimé oublié',
  'pareil inversé enregistré raccourci merci',
  'différent differente différente privé privée manquant secret correct long court important',
  'incompleto cambiato composto mancante uguale identico simile troncato invertito cancellato',
  'registrato doppio assente tagliato abbreviato grazie',
  'errato sbagliato bloccato diverso segreto privato scritto corretto lungo corto sconosciuto',
  'composto cortado trocado ausente apagado cadastrado obrigado obrigada',
  'errado incorreto bloqueado segredo secreto correto longo curto desconhecido',
  'fout verkeerd onjuist geblokkeerd privé geheim haas juist lang kort onbekend',
  'błędne złe zła zły tajne prywatne niepoprawne',
  'неправильно неверно неправильное другое секрет неправильне інше',
  'خطأ خاطئ مكتوب موجود مفقود صحيح שגוי נכון חסר רשום כתוב',
  '不明 無効 匿名 空欄 注文 錯誤 错误 别的 什么 変更 秘密',
);

/** Particles that stand between the words of names, and are words of grammar elsewhere. */
const PARTICLES: ReadonlySet<string> = wordsOf(
  'van von zu zur zum de der den del della la las los le lo da das do dos du di al bin ben el y e und',
  'te ter ten',
);

/** Endings of describing words that hardly any name has: Unreadable, Cancelled, Cambiado. */
const DESCRIBING =
  /^\p{L}+(?:able|ible|abile|ibile|ável|ível|ous|ful|less|(?:[aeiou]t|ct|nt|rt|st|nc|nk|ck|ss|ll|pp|tt|ch|iz|is|if|ir|rv|lt)ed|[tcgzvi]ado|tido)$|^\p{L}{4,}mente(?!\p{L})/iu;
const POSSESSIVE = /[’']s$/iu;

/** Whether none of the words of what looks like a name says that it is something else. */
export function looksLikeName(name: string): boolean {
  if (DESCRIBING.test(name) || POSSESSIVE.test(name)) return false;
  return name.split(/[ ,()."“”]+/u).every((written, at) => {
    const word = written.toLowerCase();
    // A word in capitals behind a name may be an outcry: "my name is Anna HELP".
    const mayDescribe = at === 0 || (written.length > 1 && written === written.toUpperCase());
    if (mayDescribe && DESCRIPTIONS.has(word)) return false;
    return !GRAMMAR.has(word) || (at > 0 && PARTICLES.has(word));
  });
}

function wordsOf(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(' ').split(' '));
}

/**
 * Scripts without capitals show no difference between a name and any other word. There only what
 * begins with a usual name is taken for one.
 */
export const USUAL_NAMES: ReadonlySet<string> = wordsOf(
  'محمد أحمد احمد علي حسن حسين محمود مصطفى عمر عمرو خالد يوسف إبراهيم ابراهيم عبدالله عبد سعيد سعد',
  'فيصل ناصر كريم طارق ياسر سامي سمير ماجد هشام وليد زياد رامي باسم جمال كمال بلال أنس فهد سلطان تركي',
  'بدر راشد سلمان عادل فادي إلياس جورج فاطمة عائشة مريم زينب خديجة سارة نور ليلى هدى أمل منى رنا رانيا',
  'دينا هند سلمى ياسمين أسماء إيمان هبة ريم لمى لينا نادية سعاد آمنة شيماء مروة رحاب دعاء',
  'דוד יוסי יוסף משה אברהם יצחק יעקב שרה רחל לאה רבקה מרים דנה נועה נועם תמר מיכל יעל רונית אורית שירה',
  'מאיה עדי טל גל רון דן דני דניאל אורי איתי עומר אייל אלון אמיר ארז אסף גיא יונתן רועי שי שלמה שמעון',
  'חיים אבי אילן אלי אליהו בני בנימין גדעון עמית עמוס צבי יהודה נתן נתנאל חנה אסתר רות אביגיל הדס ענת',
  'אפרת גלית דבורה הילה ליאת לימור מור סיגל ורד איריס קרן שרון שולמית ציפי',
);
