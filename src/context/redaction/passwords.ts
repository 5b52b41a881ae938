import { PASSWORD_WORDS as PASSWORD, PASSWORD_WORDS_ANYWHERE } from '../data/secretWords.js';
import { BLANK, type Redaction } from './redaction.js';

/** What stands between the name of a secret and the secret. */
export const IS =
  "(?:[:=：]|は|[’']s(?!\\p{L})|(?<=has\\p{L}o )to(?!\\p{L})|(?<![\\p{L}\\p{M}])(?:is|was|ist|war|lautet|es|era|est|é|è|sono|jest|to jest|là|adalah|คือ|है|это|هي|هو|היא|הוא)(?![\\p{L}\\p{M}]))";

/** "as my password", in five languages. */
export const AS_A = '(?:as|als|como|comme|come)\\s+(?:\\S{1,8}\\s+){0,2}';

/** "password: x", "my password is x y z": what follows, to the end of the clause. */
const SPOKEN = new RegExp(
  `((?<![\\p{L}\\p{Nd}])(?:${PASSWORD})[^.,;!?:=：]{0,30}?(?:,\\s(?:it|es|das|ce|lo|la)\\s)?${IS}\\s*)((?:(?![.,;!?](?:\\s|$)).){1,200})`,
  'giu',
);
/** One word that does not look like a word of the language. */
const SECRET_WORD = '(?=\\S*[\\p{Nd}_#$%&*@^~])(\\S+)';
/** "password hunter2", "the pass is hunter2". */
const NAMED = new RegExp(
  `((?<![\\p{L}\\p{Nd}])(?:${PASSWORD}|clave|pass(?=\\s+is\\s))\\s+(?:(?:[-–—>]+|e|es|is)\\s+)?)${SECRET_WORD}`,
  'giu',
);
/** "changed the password to hunter2"; a year and a count are said of a password, too. */
const CHANGED_TO = new RegExp(
  `((?<![\\p{L}\\p{Nd}])(?:${PASSWORD})\\s+(?:to|auf|zu|pour|en|por|a|in|con|with|mit|avec)\\s+)(?=\\S{0,60}\\p{L})(?=\\S{5})${SECRET_WORD}`,
  'giu',
);
/** "hunter2 as my password". From the start of a word only: else a long one costs its square. */
const NAMED_AFTER = new RegExp(
  `(?<!\\S)${SECRET_WORD}(?=\\s+${AS_A}(?:${PASSWORD})(?!\\p{L}))`,
  'giu',
);
/** Where a particle stands between the word and the secret, without a blank. */
const ATTACHED =
  /((?:パスワード|暗証番号|密码|密碼|비밀번호|암호)(?:は|が|是|为|為|는|은|가)\s*)([\x21-\x7e]{3,200})/gu;
/** Words for a secret that is a word: it follows at once. */
const WORD_AGREED =
  /(?<![\p{L}\p{Nd}])((?:parola d['’]ordine|(?:kunden|telefon)kennwort|memorable word|mot secret|palabra secreta)\s+)(\p{L}\S*)/giu;
/** "anna@example.com / geheim77", once the address is blanked out. */
const CREDENTIALS = new RegExp(`(${BLANK}\\s{0,2}[/|]\\s{0,2})(?=\\S*\\p{L})${SECRET_WORD}`, 'giu');

/** What one says about a password without telling it. */
const ABOUT = new RegExp(
  `^(?:${[
    'not|no longer|wrong|incorrect|invalid|expired|rejected|broken|locked|still|never|always|too|being|case.sensitive',
    'nicht|kein|falsch|ungültig|abgelaufen|gesperrt|zu|vergessen',
    'incorrecta|incorrecto|inválida|inválido|caducada|errónea|demasiado|que|muy|no',
    'pas|invalide|expiré|faux|trop|refusé|erroné|bloqué|oublié',
    'non|sbagliata|errata|scaduta|bloccata|troppo|corretta|dimenticata|is|ist|es|est|è',
  ].join('|')})(?=[\\s.,;!?]|$)`,
  'iu',
);

/** Most texts speak of none; one look for a word is cheaper than a look for each way to tell it. */
const SPEAKS_OF_ONE = new RegExp(
  `${PASSWORD_WORDS_ANYWHERE}|clave|pass|mot secret|palabra secreta|${BLANK}`,
  'iu',
);

/** Passwords, and words agreed on, in the languages that transcripts are read in. */
export const PASSWORDS: Redaction = {
  kind: 'password',
  blankOut: (text) => (SPEAKS_OF_ONE.test(text) ? withoutPasswords(text) : text),
};

function withoutPasswords(text: string): string {
  return text
    .replace(CREDENTIALS, `$1${BLANK}`)
    .replace(SPOKEN, unlessAbout)
    .replace(WORD_AGREED, unlessAbout)
    .replace(ATTACHED, `$1${BLANK}`)
    .replace(NAMED, `$1${BLANK}`)
    .replace(CHANGED_TO, `$1${BLANK}`)
    .replace(NAMED_AFTER, BLANK);
}

function unlessAbout(whole: string, before: string, secret: string): string {
  return ABOUT.test(secret) ? whole : before + BLANK;
}
