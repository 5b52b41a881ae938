/** The beginnings and names of passwords, as a pattern without flags. */
export const PASSWORD_WORDS = [
  'pass ?words?|pass ?phrase|passwd|pwd|passcode|passwor[td]',
  '\\p{L}{0,14}(?:kennwort|passwort)|memorable (?:word|name)|secret word',
  'security (?:answer|word)|maiden name|mädchenname|nom de jeune fille|contrase[nñ]as?',
  '(?:mi|la|tu|su|esta) clave|clave(?: secreta| de acceso)?(?=\\s*[:=])|mot de passe',
  'mdp|senha|palavra[- ]passe|wachtwoord|пароль|пароля|hasło|şifrem?|parolam?',
  "parola d[’']ordine|pass?word[a-z]?|pw(?![\\p{L}\\p{Nd}])|pass(?=\\s*[:=])|psw|비밀번호",
  '암호|รหัสผ่าน|पासवर्ड|mật khẩu|kata sandi|گذرواژه|رمز عبور|パスワード|暗証番号|密码',
  'كلمة (?:المرور|السر)|ה?סיסמה|ה?סיסמא|סיסמתי|api[ -]?keys?|access tokens?',
  '(?:client )?secret(?=\\s*[:=])|token(?=\\s*[:=])',
].join('|');

/** What has a secret of digits: PINs, one-time codes, security codes of cards. */
export const CODE_WORDS = [
  '(?<!\\p{L} ?)code(?=\\s*[:=])|pins?(?: ?code| ?number)?|geheimzahl|c[oó]digo|clave',
  'nip|code (?:secret|de vérification|de verification|reçu|sms)',
  'codice(?: segreto| di verifica| otp)?|verificatiecode|pincode|bestätigungscode',
  'sms[- ]?code|einmalcode|einmalpasswort|one[- ]time (?:password|passcode|pin)',
  'otp code|login code|auth(?:entication)? code|2fa(?: code)?',
  '(?:your|my|the|mein|der|dein) code|код(?: подтверждения)?|пин(?:-?код)?|kod',
  'onay kodu|doğrulama kodu|cvv2?|cvc2?|cvn|csc|m?tan|otp|security code|prüfnummer',
  'kartenprüfnummer|認証(?:コード|番号)|确认码|验证码|驗證碼|인증(?:번호|코드)|رمز التحقق|קוד אימות',
  'verification code|access code|one[- ]time code|prüfziffer|sicherheitscode',
  'código de seguridad|code de sécurité|ssn|social security(?: number)?|الرقم السري',
  'cryptogramme|crypto|code au dos|(?:ver|frei)\\p{L}{2,12}code',
].join('|');

/*
 * The same for a look at a whole text, whether it has any of them: what stands before a word costs ten times as long
 * there, since it is tried at each letter, and tells nothing.
 */
export const PASSWORD_WORDS_ANYWHERE = PASSWORD_WORDS.replaceAll('\\p{L}{0,14}', '');
export const CODE_WORDS_ANYWHERE = CODE_WORDS.replaceAll('(?<!\\p{L} ?)', '');

/** What has a code that customers may quote: errors, offers, places, goods. */
export const HARMLESS_CODES = [
  'error|erreur|errore|fehler|status|promo|discount|voucher|coupon|gutschein|rabatt|aktion',
  'descuento|sconto|réduction|cadeau|gift|post|zip|area|country|vorwahl|barr|bar|qr|strich',
  'produ|prodott|artikel|article|artículo|articolo|item|client|kunden|customer|dress|source',
  'colou?r|tracking|suivi|seguimiento|catalog|farb',
].join('|');

/** Digits as words, in five languages; customers spell a secret to get it past a filter. */
export const DIGIT_WORDS = [
  'zero|oh|one|two|three|four|five|six|seven|eight|nine',
  'null|eins|zwei|zwo|drei|vier|fünf|fuenf|sechs|sieben|acht|neun',
  'zéro|un|deux|trois|quatre|cinq|sept|huit|neuf',
  'cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve',
  'due|tre|quattro|cinque|sei|sette|otto|nove',
].join('|');
