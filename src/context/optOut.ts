import { cleanText, fold } from './cleanText.js';
import { START_KEYWORDS, STOP_KEYWORDS } from './data/stopKeywords.js';

const STOP_WORDS = folded(STOP_KEYWORDS);
const START_WORDS = folded(START_KEYWORDS);

function folded(byLanguage: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(
    Object.values(byLanguage)
      .flatMap((words) => words.split('|'))
      .map(fold),
  );
}

const MESSAGES =
  '(?:messages?|texts?|text messages?|e ?mails?|mails?|notifications?|newsletters?|sms|spam|marketing|ads|advertising|offers)';
const ANY =
  '(?:(?:any|more|any more|further|these|those|this|such|your|all|the|so many|marketing|promotional|automated|annoying) )*';
const LIST =
  '(?:(?:mailing|e ?mail|emails?|marketing|contact|distribution|newsletter|sms|text|subscriber|messaging|promotional) )?lists?(?! (?:of|for))\\b';
/** "Opt out of paperless billing" and "unsubscribe from the coffee box" are about other things. */
const OF_MESSAGES = `(?: (?:of|from)(?: receiving| getting)? (?:you|this|these|it|everything|all|your company|${ANY}(?:\\w+ )?(?:${MESSAGES}|lists?|communications?|contact))| now| please| pls| immediately| today| asap| thanks| thank you)*(?: (?:but|and|because|since)\\b.*)?$`;
const NACHRICHTEN =
  '(?:nachrichten|mails|e ?mails|sms|newsletter|werbung|benachrichtigungen|werbemails)';
const MENSAJES = '(?:mensajes?|correos?|e ?mails?|sms|notificaciones|publicidad|boletines)';
const COURRIERS = '(?:messages?|e ?mails?|mails?|sms|notifications?|publicites?|newsletters?)';
const MESSAGGI = '(?:messaggi|e ?mail|mail|sms|notifiche|pubblicita|newsletter)';
const MENSAGENS = '(?:mensagens|e ?mails?|sms|notificacoes|publicidade|newsletters?)';
const BERICHTEN = '(?:berichten|mails?|e ?mails?|sms(?:jes)?|meldingen|reclame|nieuwsbrieven)';

/**
 * Clauses (folded) that ask for no more messages. A verb alone is not enough: "stop the payment" and
 * "do not send me the wrong size" ask for other things.
 */
const PHRASES: readonly string[] = [
  // English
  '^(?:.* )?(?:stop|quit|cease) (?:texting|emailing|e mailing|messaging|contacting|spamming|bothering|mailing|writing to|writing) (?:me|us)\\b(?! (?:in|at) )(?! with (?!these|those|this|your|all|any|more|texts|messages|e ?mails|spam)).*',
  `^(?:please |pls |plz )?(?:stop|quit|cease) (?:texting|emailing|e mailing|messaging|contacting|spamming)(?: please| now)*$`,
  `^(?:please |pls |plz )?(?:stop|end) ${ANY}(?:of )?${MESSAGES}(?: please| now)*$`,
  `^(?:.* )?(?:stop|quit|cease) (?:sending|with) (?:(?:me|us) )?${ANY}${MESSAGES}\\b(?! calls?\\b).*`,
  '^(?:.* )?(?:stop|quit|cease) sending (?:me|us)(?: (?:things|stuff|anything|this|these|those))?$',
  `^(?:.* )?(?:do not|dont|don t|never) (?:ever )?(?:contact|message|text|e ?mail|write to|spam|bother) (?:me|us)(?: (?:again|ever|ever again|any ?more|any longer|${ANY}${MESSAGES}|please))*$`,
  `^(?:.* )?(?:do not|dont|don t|never) (?:ever )?send (?:me|us) ${ANY}${MESSAGES}(?: (?:again|ever|ever again|any ?more|please))*$`,
  `^(?:.* )?(?:do not|dont|don t) (?:want|wish) (?:to (?:get|receive) )?${ANY}${MESSAGES}(?: (?:from you|from your company|again|any ?more|any longer))*$`,
  `^(?:please )?no more ${MESSAGES}(?: please)?$`,
  `^(?:.* )?unsubscribe(?: me| us)?${OF_MESSAGES}`,
  `^(?:.* )?(?:take|remove) me (?:off|from) (?:of )?(?:your|the|this|all|any)(?: your)? ${LIST}.*`,
  `^(?:.* )?(?:want|like|wish|need) to be removed from (?:your|the|this) ${LIST}.*`,
  `^(?:.* )?(?:want|like|wish|need) to opt out${OF_MESSAGES}`,
  `^(?:please )?opt me out${OF_MESSAGES}`,
  '^(?:please )?leave me alone$',
  // German
  `^(?:.* )?(?:schick|schicke|schickt|schicken|send|sende|sendet|senden)(?: sie)? mir (?:bitte )?keine(?: weiteren)? ${NACHRICHTEN}(?: mehr)?$`,
  `^(?:.* )?(?:will|mochte|wunsche)(?: ich)? (?:von (?:euch|ihnen) )?keine(?: weiteren)? ${NACHRICHTEN}(?: mehr)?(?: von (?:euch|ihnen))?(?: (?:erhalten|bekommen|haben))?$`,
  `^(?:bitte )?keine(?: weiteren)? ${NACHRICHTEN}(?: mehr)?(?: (?:schicken|senden|zusenden))?(?: bitte)?$`,
  `^(?:.* )?(?:hor|hore|hort|horen)(?: sie)? (?:bitte )?(?:endlich )?auf (?:mir )?(?:(?:diese|standig|dauernd|weiter) )*(?:${NACHRICHTEN} )?(?:mir )?zu (?:schreiben|schicken|senden|kontaktieren|belastigen)$`,
  '^(?:.* )?(?:kontaktier|kontaktiere|kontaktiert|kontaktieren)(?: sie)? mich (?:bitte )?nicht(?: mehr| wieder)?$',
  '^(?:.* )?(?:schreib|schreibe|schreibt|schreiben)(?: sie)? mir (?:bitte )?(?:nicht mehr|nie wieder)$',
  `^(?:.* )?(?:${NACHRICHTEN}|newsletters?|verteiler) (?:bitte )?(?:abbestellen|abmelden|austragen|stoppen)$`,
  '^(?:.* )?(?:aus|von) (?:dem|eurem|ihrem|der|eurer|ihrer) (?:verteiler|liste|mailingliste|newsletter) (?:\\w+ )?(?:nehmen|streichen|entfernen|loschen|austragen|abmelden)$',
  '^(?:.* )?(?:nehmen|nehmt|nimm|streichen|streicht|entfernen|entfernt|loschen|loscht)(?: sie)? mich (?:bitte )?(?:aus|von) (?:dem|eurem|ihrem|der|eurer|ihrer) (?:verteiler|liste|mailingliste|newsletter)$',
  '^(?:.* )?(?:lass|lasst|lassen)(?: sie)? mich (?:bitte )?in ruhe$',
  // Spanish
  '^(?:.* )?(?:deja|deje|dejen|dejad|para|pare|paren|basta) de (?:escribirme|contactarme|molestarme)\\b.*',
  `^(?:.* )?(?:deja|deje|dejen|dejad|para|pare|paren|basta) de (?:enviarme|mandarme)(?: (?:mas|estos|esos|esta|sus|tus|tantos|tanta|los|la))*(?: ${MENSAJES}\\b.*)?$`,
  `^(?:.* )?no me (?:envie|envien|envies|mande|manden|mandes|escriba|escriban|escribas|contacte|contacten|contactes) mas(?: ${MENSAJES})?(?: por favor)?$`,
  `^(?:.* )?no (?:quiero|deseo) (?:(?:recibir|mas) )+(?:sus |estos |mas )*${MENSAJES}(?: mas| suyos| de ustedes)*$`,
  `^(?:por favor )?no mas ${MENSAJES}(?: por favor)?$`,
  `^(?:.* )?(?:darme|dame|deme|denme) de baja de (?:la|su|esta|sus|estos|los|el) (?:lista|boletin|newsletter|${MENSAJES})\\b.*`,
  '^(?:.* )?(?:quiero|deseo) (?:desuscribirme|cancelar la suscripcion a (?:los|sus) (?:correos|mensajes))$',
  // French
  '^(?:.* )?(?:arrete|arretez|cessez|cesse) de m (?:ecrire|importuner|harceler)\\b.*',
  `^(?:.* )?(?:arrete|arretez|cessez|cesse) de m envoyer(?: (?:des|de|d autres|ces|vos|tous|les|toutes|la))*(?: ${COURRIERS}\\b.*)?$`,
  `^stop aux? ${COURRIERS}$`,
  '^(?:.* )?(?:arrete|arretez|cessez|cesse) de me (?:contacter|ecrire|deranger)\\b.*',
  `^(?:.* )?ne m (?:envoie|envoyez|ecris|ecrivez) plus(?: (?:de|ces|vos) ${COURRIERS})?(?: svp| s il vous plait)?$`,
  '^(?:.* )?ne me (?:contacte|contactez|ecrivez) plus$',
  `^(?:.* )?ne (?:veux|souhaite) plus (?:recevoir (?:de |ces |vos )?${COURRIERS}|etre contacte)(?: de votre part)?$`,
  `^(?:.* )?plus de ${COURRIERS}(?: svp| s il vous plait)$`,
  `^(?:.* )?(?:me desabonner|me desinscrire|desabonnez moi|desinscrivez moi)(?: (?:de|des) (?:(?:votre|vos|cette|ces|la|toutes|vos) )*(?:liste|listes|${COURRIERS})\\b.*| svp| s il vous plait| maintenant)*$`,
  // Italian
  '^(?:.* )?(?:smetti|smettete|smettetela|smettila|basta) di (?:scrivermi|contattarmi)\\b.*',
  `^(?:.* )?(?:smetti|smettete|smettetela|smettila|basta) di (?:mandarmi|inviarmi)(?: (?:altri|altre|questi|queste|i|le|la|vostri|vostre))*(?: ${MESSAGGI}\\b.*)?$`,
  `^(?:.* )?non (?:mandatemi|inviatemi|scrivetemi|contattatemi|mandarmi|inviarmi|scrivermi) piu(?: ${MESSAGGI})?$`,
  `^(?:.* )?non (?:voglio|desidero) (?:piu )?ricevere (?:piu )?(?:i |le |vostri |vostre )*${MESSAGGI}(?: da voi)?$`,
  '^(?:.* )?(?:disiscrivetemi|disiscrivermi|disiscrivimi|cancellatemi dalla (?:vostra )?(?:mailing )?lista)\\b.*',
  // Portuguese
  '^(?:.* )?(?:para|pare|parem|parar) de (?:me )?(?:contatar|contactar|escrever|incomodar)(?: me)?\\b.*',
  `^(?:.* )?(?:para|pare|parem|parar) de (?:me )?(?:enviar|mandar)(?: me)?(?: (?:mais|essas|estas|suas|as|tantas|esses|os))*(?: ${MENSAGENS}\\b.*)?$`,
  `^(?:.* )?nao me (?:envie|enviem|mande|mandem|contate|contatem|contactem|escrevam) mais(?: ${MENSAGENS})?$`,
  `^(?:.* )?nao (?:quero|desejo) (?:mais )?receber (?:mais )?(?:suas |essas |as )*${MENSAGENS}(?: de voces)?$`,
  '^(?:.* )?(?:descadastrem|descadastre|descadastrar)(?: me)?\\b.*',
  // Dutch
  `^(?:.* )?stop met (?:het )?(?:sturen|mailen|appen|smsen|berichten|mij te (?:mailen|sturen|benaderen))\\b.*`,
  `^(?:.* )?stuur (?:me|mij) (?:a\\.?u\\.?b )?geen ${BERICHTEN} meer$`,
  `^(?:.* )?(?:wil|wens) geen ${BERICHTEN} meer(?: (?:ontvangen|krijgen))?$`,
  `^geen ${BERICHTEN} meer(?: (?:sturen|alstublieft|aub))?$`,
  '^(?:.* )?(?:schrijf|meld) (?:me|mij) (?:uit|af)$',
  '^(?:.* )?neem geen contact meer (?:met mij )?op$',
  // Polish, Turkish, Russian, Ukrainian
  '^(?:.* )?(?:przestancie|przestan|prosze przestac) (?:do mnie |mi )?(?:pisac|(?:wysy[łl]ac|przysy[łl]ac)(?: mi)?(?: (?:te|wasze|kolejne|wiecej))*(?=$| (?:wiadomosc|mail|e ?mail|sms|reklam|spam|newsletter)))\\b.*',
  '^(?:.* )?nie (?:wysy[łl]ajcie|przysy[łl]ajcie|piszcie|kontaktujcie sie)(?: do mnie| mi| ze mna)? wiecej(?: wiadomosci| maili)?$',
  '^(?:.* )?(?:wypiszcie mnie|wypisac sie z (?:listy|newslettera))\\b.*',
  '^(?:.* )?(?:bana )?(?:artik )?(?:mesaj|e ?posta|sms|mail) (?:gonderme|gondermeyin|atma|atmayin|atmayın|yollamayin|yollamayın)$',
  '^(?:.* )?abonelikten (?:cik|cık|cikmak|cıkmak)\\S*(?: istiyorum)?$',
  '^(?:.* )?(?:перестаньте|прекратите|хватит) (?:мне )?(?:писать(?: .*)?|(?:присылать|слать|отправлять|рассылать)(?: (?:мне|эти|свои|ваши|больше))*(?: (?:сообщени|письм|смс|реклам|спам|рассылк|уведомлени).*)?)$',
  '^(?:.* )?не (?:пишите|присылаите|шлите|отправляите)(?: мне)? больше(?: сообщении| писем| смс)?$',
  '^(?:.* )?больше (?:мне )?не (?:пишите|присылаите|шлите|отправляите)(?: мне)?$',
  '^(?:.* )?отпи(?:шите меня|сать меня|саться от рассылки)(?: .*)?$',
  '^(?:.* )?(?:перестаньте|припиніть|припиніте) (?:мені )?(?:писати(?: .*)?|(?:надсилати|слати)(?: (?:мені|ці|свої|більше))*(?: (?:повідомлен|лист|смс|реклам|спам|розсилк).*)?)$',
  '^(?:.* )?не (?:пишіть|надсилаите)(?: мені)? більше$',
  // Arabic, Hebrew, Persian
  '^(?:.* )?(?:توقفوا|توقف|كفوا) عن (?:(?:مراسلتي|الاتصال|ازعاجي)(?: .*)?|ارسال (?:.* )?(?:الرسائل|رسائل|رسايل|الرسايل|الايميلات|الاعلانات|اعلانات)(?: .*)?)$',
  '^(?:.* )?لا (?:تراسلوني|تتواصلوا)(?: لي| الي| معي)?(?: .*)?$',
  '^(?:.* )?لا (?:ترسلوا|ترسل)(?: لي| الي)?(?: (?:اي|المزيد|المزيد من|بعد الان|مره اخري|هذه))*(?: (?:الرسائل|رسائل|رسايل|الرسايل|الايميلات|الاعلانات|اعلانات|شيئا|شيء)(?: .*)?)?$',
  '^(?:.* )?(?:الغاء الاشتراك|الغاء اشتراكي)(?: .*)?$',
  '^(?:.* )?(?:תפסיקו|תפסיק|הפסיקו|די) (?:לפנות אלי|להטריד אותי)(?: .*)?$',
  '^(?:.* )?(?:תפסיקו|תפסיק|הפסיקו|די) לשלוח לי(?: (?:את|יותר|עוד))*(?: (?:ה?הודעות|ה?מיילים|סמסים|פרסומות|ספאם|מסרונים)(?: .*)?)?$',
  '^(?:.* )?אל (?:תשלחו|תפנו|תיצרו קשר)(?: לי| אלי| איתי)(?: יותר| הודעות)*$',
  '^(?:.* )?(?:הסירו|תסירו|להסיר) אותי(?: .*)?$',
  '^(?:.* )?(?:دیگر )?(?:به من )?پیام (?:نفرستید|ندهید)$',
].map((source) => source.replaceAll('\\b', '(?![\\p{L}\\p{M}\\p{Nd}])'));

const ANYWHERE = '^(?:.* )?';

/** Any of the phrases. One expression for all looks at a text in a fifth of the time of one for each. */
const ASKS_FOR_NO_MORE = [
  phrasesThat((source) => source.startsWith(ANYWHERE), ANYWHERE),
  phrasesThat((source) => !source.startsWith(ANYWHERE), '^'),
];

function phrasesThat(isMeant: (source: string) => boolean, start: string): RegExp {
  const rests = PHRASES.filter(isMeant).map((source) => source.slice(start.length));
  return new RegExp(`${start}(?:${rests.join('|')})`, 'u');
}

/** Where words are not spaced, or the verb comes last: looked for in the message as a whole. */
const UNSPACED: readonly RegExp[] = [
  /h(?:ö|oe)rt?(?:en sie)? (?:bitte )?(?:endlich )?auf, ?mir .{0,20}(?:nachrichten|mails|sms).{0,12}zu (?:schicken|senden)/iu,
  /(?:メッセージ|メール|連絡|通知|配信|SMS).{0,4}(?:を|は)?(?:送らないで|送信しないで|しないでください|停止して|止めて|やめて)/iu,
  /配信(?:を)?停止(?:を|して|お願い|希望)/u,
  /(?:别|不要|请勿|停止|別|請勿)(?:再)?(?:给我|給我|向我)?(?:发送|發送|发|發|联系我|聯繫我|打扰我|打擾我)(?:了|$|任何|这些|垃圾|短信|信息|消息|邮件|訊息|簡訊|郵件)/u,
  /(?:我要|我想|请|請)退[订訂]/u,
  /(?:메시지|문자|메일|이메일|연락|알림).{0,4}(?:보내지|하지) ?(?:마|말)/u,
  /(?:หยุด|เลิก|อย่า)ส่ง(?:ข้อความ|อีเมล)/u,
  /(?:संदेश|मैसेज|ईमेल) (?:भेजना बंद|मत भेज)/u,
  /(?:đừng|ngừng|dừng) (?:gửi|nhắn) (?:tin|thư|email)/iu,
  /(?:berhenti|jangan|stop) (?:lagi )?(?:kirim|mengirim|mengirimi|hubungi|menghubungi) (?:saya|aku|pesan|email|sms)/iu,
];

/** "Why did you stop sending me messages?", "do not stop texting me", "I did not unsubscribe". */
const TURNED_ROUND =
  /(?:\bwhy\b|\b(?:i|we|they|he|she) (?:stop|quit|cease)\b|\b(?:reply|text|type|send|says?) (?:\w+ )*to unsubscribe\b|\bdid (?:you|u)\b|\bhave (?:you|u)\b|(?<!\bif (?:you|u) (?:do |will )?)\b(?:do not|dont|don t|did not|didn t|didnt|never|not|will not|wont) (?:want to |wish to |ever )?(?:stop|quit|cease|unsubscribe|opt out)\b|\bwarum\b|\bwieso\b|\bpor que\b|\bpourquoi\b|\bperche\b|\bwaarom\b|(?:^| )почему )/u;

const CLAUSES = /[.,!?;:()\n…–—。！？、，；]+|\s-+\s/u;

type Wish = 'out' | 'in' | undefined;

/**
 * Whether a customer has asked for no more messages, and not since said START. `texts` are what they
 * wrote, oldest first. A message is read clause by clause, in every language the rest is read in.
 */
export function hasOptedOut(texts: readonly string[]): boolean {
  // The last wish counts: what was said before it is not read.
  for (let at = texts.length - 1; at >= 0; at -= 1) {
    const wish = wishOf(texts[at] ?? '');
    if (wish !== undefined) return wish === 'out';
  }
  return false;
}

function wishOf(text: string): Wish {
  const clean = cleanText(text);
  const whole = fold(clean);
  if (STOP_WORDS.has(whole)) return 'out';
  if (START_WORDS.has(whole)) return 'in';
  if (UNSPACED.some((phrase) => phrase.test(clean))) return 'out';
  return clean.split(CLAUSES).some(asksForNoMore) ? 'out' : undefined;
}

function asksForNoMore(clause: string): boolean {
  const folded = fold(clause.replace(/[’']/g, ' '));
  return ASKS_FOR_NO_MORE.some((phrases) => phrases.test(folded)) && !TURNED_ROUND.test(folded);
}
