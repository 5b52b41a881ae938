import { digitsOf, holdsCardNumber, isIban } from './digits.js';

const BLANK = '•••';

/** Up to three characters, no letters or digits: how people group a number, emoji digits included. */
const LOOSE_RUN = /\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd})+\p{M}*/gu;
/** As phone, account and insurance numbers are written. */
const NUMBER_RUN = /(?:\+\s?)?\(?\p{Nd}(?:[\s./()_\u2010-\u2015-]{0,3}\p{Nd})+/gu;
const DATE =
  /(?<!\p{Nd})(?:\p{Nd}{1,2}([./-])\p{Nd}{1,2}\1(?:\p{Nd}{2}|\p{Nd}{4})|\p{Nd}{4}([./-])\p{Nd}{1,2}\2\p{Nd}{1,2})(?!\p{Nd})/gu;
const TIME = /(?<!\p{Nd})(?:[01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d)?(?!\p{Nd})/gu;

const IBAN_START = /(?<![\p{L}\p{Nd}])[A-Z]{2}\d{2}[A-Z0-9 -]{11,44}/giu;
const EMAIL = /[^\s@]{1,64}@[^\s@]{1,253}\.[\p{L}\p{Nd}-]{2,63}/gu;
const LINK = /(?:\b[a-z][a-z0-9+.-]{1,20}:\/\/|\bwww\.)\S+/giu;
const BARE_LINK =
  /(?<![\p{L}\p{Nd}.-])(?:[\p{L}\p{Nd}-]{1,63}\.){1,5}(?:\p{L}{2,24}\/\S*|(?:com|net|org|info|biz|io|app|dev|xyz|top|shop|online|site|ru|de|uk|link|click)(?![\p{L}\p{Nd}]))/giu;

/** Identifiers with letters in them: British, Spanish and Italian. */
const NATIONAL_IDS =
  /(?<![\p{L}\p{Nd}])(?:[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]|[XYZ]-?\d{7}-?[A-Z]|[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z])(?![\p{L}\p{Nd}])/giu;

const PASSWORD =
  "pass ?words?|pass ?phrase|passwd|pwd|passcode|passwor[td]|kennwort|contrase[nñ]as?|(?:mi|la|tu|su|esta) clave|clave(?: secreta| de acceso)?(?=\\s*[:=])|mot de passe|mdp|senha|palavra[- ]passe|wachtwoord|пароль|пароля|hasło|şifrem?|parolam?|parola d[’']ordine|pass?word[a-z]?|pw(?![\\p{L}\\p{Nd}])|pass(?=\\s*[:=])|psw|비밀번호|암호|รหัสผ่าน|पासवर्ड|mật khẩu|kata sandi|گذرواژه|رمز عبور|パスワード|暗証番号|密码|كلمة (?:المرور|السر)|ה?סיסמה|ה?סיסמא|סיסמתי|api[ -]?keys?|access tokens?|(?:client )?secret(?=\\s*[:=])|token(?=\\s*[:=])";
const CODE =
  '(?<!\\p{L} ?)code(?=\\s*[:=])|pins?(?: ?code| ?number)?|geheimzahl|código|codigo|clave|nip|code (?:secret|de vérification|de verification|reçu|sms)|codice(?: segreto| di verifica| otp)?|verificatiecode|pincode|bestätigungscode|sms[- ]?code|einmalcode|einmalpasswort|one[- ]time (?:password|passcode|pin)|otp code|login code|auth(?:entication)? code|2fa(?: code)?|(?:your|my|the|mein|der|dein) code|код(?: подтверждения)?|пин(?:-?код)?|kod|onay kodu|doğrulama kodu|cvv2?|cvc2?|cvn|csc|tan|otp|security code|prüfnummer|kartenprüfnummer|認証(?:コード|番号)|确认码|验证码|驗證碼|인증(?:번호|코드)|رمز التحقق|קוד אימות|verification code|access code|one[- ]time code|prüfziffer|sicherheitscode|código de seguridad|code de sécurité|ssn|social security(?: number)?|الرقم السري';
const IS =
  "(?:[:=：]|は|[’']s(?!\\p{L})|(?<![\\p{L}\\p{M}])(?:is|was|ist|war|lautet|es|era|est|é|è|sono|to|jest|to jest|là|adalah|คือ|है|это|هي|هو|היא|הוא)(?![\\p{L}\\p{M}]))";

/** "password: x", "my password is x y z": what follows, to the end of the clause. */
const SPOKEN_PASSWORD = new RegExp(
  `((?<![\\p{L}\\p{Nd}])(?:${PASSWORD})[^.,;!?:=：]{0,30}?${IS}\\s*)((?:(?![.,;!?](?:\\s|$)).){1,200})`,
  'giu',
);
/** "password hunter2": one word, if it does not look like a word of the language. */
const NAMED_PASSWORD = new RegExp(
  `((?<![\\p{L}\\p{Nd}])(?:${PASSWORD})\\s+(?:(?:[-–—>]+|e|es)\\s+)?)(?=\\S*[\\p{Nd}_#$%&*@^~])(\\S+)`,
  'giu',
);
/** Where a particle stands between the word and the secret, without a blank. */
const ATTACHED_PASSWORD =
  /((?:パスワード|暗証番号|密码|密碼|비밀번호|암호)(?:は|が|是|为|為|는|은|가)\s*)([\x21-\x7e]{3,200})/gu;
const SPOKEN_CODE = new RegExp(
  `((?<![\\p{L}\\p{Nd}])(?:${CODE})(?!(?![はが是는은])\\p{L})(?:[^\\p{Nd}]{0,20}?))(\\p{Nd}(?:[\\s-]?\\p{Nd}){2,11})`,
  'giu',
);
const CODE_SPOKEN = new RegExp(
  `\\p{Nd}{3,8}(?=\\s+${IS}\\s+\\S{2,8}\\s+(?:${CODE}|${PASSWORD})(?![\\p{L}]))`,
  'giu',
);
/** What one says about a password without telling it. */
const ABOUT_A_PASSWORD =
  /^(?:not|no longer|wrong|incorrect|invalid|expired|rejected|broken|locked|still|never|always|too|being|nicht|kein|falsch|ungültig|abgelaufen|gesperrt|incorrecta|inválida|caducada|no|pas|incorrect|invalide|expiré|faux)(?=[\s.,;!?]|$)/iu;

/**
 * Blanks out what must not be repeated: payment cards, account, insurance and phone
 * numbers, passwords and PINs, email addresses, and links (they carry tokens, and a person who
 * chats under another's name could have us send theirs). Rather too much than too little: a lost
 * detail of a quotation does no harm. Short order numbers such as #A-1001 stay.
 *
 * Expects cleaned text: invisible characters would hide a number, and the length is bounded.
 */
export function redact(text: string): string {
  return text
    .replace(LINK, BLANK)
    .replace(EMAIL, BLANK)
    .replace(BARE_LINK, BLANK)
    .replace(SPOKEN_PASSWORD, (whole, before: string, secret: string) =>
      ABOUT_A_PASSWORD.test(secret) ? whole : `${before}${BLANK}`,
    )
    .replace(ATTACHED_PASSWORD, `$1${BLANK}`)
    .replace(NAMED_PASSWORD, `$1${BLANK}`)
    .replace(SPOKEN_CODE, `$1${BLANK}`)
    .replace(CODE_SPOKEN, BLANK)
    .replace(IBAN_START, blankIban)
    .replace(NATIONAL_IDS, BLANK)
    .replace(LOOSE_RUN, (run) => (holdsCardNumber(digitsOf(withoutDates(run))) ? BLANK : run))
    .replace(NUMBER_RUN, (run, at: number, whole: string) =>
      isLongNumber(run, whole.slice(0, at)) ? BLANK : run,
    );
}

/** An account number may be followed by words that look like more of it, so every length is tried. */
function blankIban(candidate: string): string {
  for (let end = candidate.length; end >= 15; end--) {
    if (/[ -]/.test(candidate[end - 1] ?? '')) continue;
    if (isIban(candidate.slice(0, end))) return BLANK + candidate.slice(end);
  }
  return candidate;
}

/** Dates and times of day are no numbers to hide, alone or side by side. */
function withoutDates(run: string): string {
  return run.replace(DATE, isDate).replace(TIME, ' ');
}

function isDate(date: string): string {
  const parts = date.split(/[./-]/).map(Number);
  const [day = 0, month = 0] =
    date.length > 4 && /^\p{Nd}{4}/u.test(date) ? [parts[2], parts[1]] : parts;
  const either =
    Math.min(day, month) >= 1 && Math.min(day, month) <= 12 && Math.max(day, month) <= 31;
  return either || parts.some(Number.isNaN) ? ' ' : date;
}

function isLongNumber(run: string, before: string): boolean {
  const count = digitsOf(withoutDates(run)).length;
  if (count < 7) return false;
  const labelled = /(?:#|\p{L}[-_]?)$/u.test(before) && /^\p{Nd}+$/u.test(run);
  return !(labelled && count <= 8);
}
