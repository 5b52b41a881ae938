import { describe, expect, test } from '@jest/globals';
import { cleanText } from '../../src/context/cleanText.js';
import { redact } from '../../src/context/redact.js';

const redacted = (text: string) => redact(cleanText(text));

describe('blanked out', () => {
  test.each([
    ['a card number', 'my card is 4111 1111 1111 1111 ok', 'my card is ••• ok'],
    ['with dashes', '5500-0000-0000-0004!', '•••!'],
    ['with other separators', '4111, 1111 / 1111: 1111', '•••'],
    ['in full-width digits', '４１１１１１１１１１１１１１１１', '•••'],
    ['in Arabic digits', 'بطاقتي ٤١١١١١١١١١١١١١١١ شكرا', 'بطاقتي ••• شكرا'],
    ['in keycap emoji', '4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣', '•••'],
    ['with zero-width characters', '4111\u200B1111\u200D1111\uFEFF1111', '•••'],
    ['an IBAN', 'IBAN DE89 3704 0044 0532 0130 00 please', 'IBAN ••• please'],
    ['an IBAN with letters, in lower case', 'gb29nwbk60161331926819', '•••'],
    ['a security code', 'CVV: 123, and that is all', 'CVV: •••, and that is all'],
    ['a PIN', 'my pin is 4321', 'my pin is •••'],
    ['a PIN before its name', '1234 is my pin', '••• is my pin'],
    ['a password', 'my password is hunter2 please help', 'my password is •••'],
    ['a password after a colon', 'Passwort: geheim', 'Passwort: •••'],
    ['a password in Japanese', 'パスワードは abc です', 'パスワードは •••'],
    ['a password without "is"', 'password hunter2', 'password •••'],
    ['an abbreviated password', 'pw: Secret99!', 'pw: •••!'],
    ['pass with a colon', 'login anna pass: hunter', 'login anna pass: •••'],
    ['a password in Spanish', 'mi clave es tulipan', 'mi clave es •••'],
    ['a password in French', 'mon mdp est soleil', 'mon mdp est •••'],
    ['a password in Polish', 'moje hasło to kotek', 'moje hasło to •••'],
    ['a password in Turkish', 'şifrem: gizli', 'şifrem: •••'],
    ['a password in Russian', 'мой пароль: секрет', 'мой пароль: •••'],
    ['a one-time code', 'the verification code is 482913', 'the verification code is •••'],
    ['a code in Spanish', 'el código es 482913', 'el código es •••'],
    ['a PIN in German', 'Geheimzahl 4711', 'Geheimzahl •••'],
    ['an American social security number', 'it is 123-45-6789', 'it is •••'],
    ['a British insurance number', 'NI QQ 12 34 56 C', 'NI •••'],
    ['a Spanish foreigner number', 'NIE X1234567L', 'NIE •••'],
    ['a phone number', 'call +49 (0)30 1234567 now', 'call ••• now'],
    ['an email address', 'write to anna.b+c@mail.example.com!', 'write to •••!'],
    ['a link', 'see https://evil.example/x?token=abc now', 'see ••• now'],
    ['a link without a scheme', 'see evil.com/login', 'see •••'],
    ['a long number', 'it is 1234567890', 'it is •••'],
    ['a phone number behind an order', 'order 07700900123', 'order •••'],
    ['a card number behind an order', 'order 4111111111111111', 'order •••'],
  ])('%s', (_, text, expected) => {
    expect(redacted(text)).toBe(expected);
  });
});

describe('left alone', () => {
  test.each([
    'order #A-1001 from 12/11/2025',
    'order 1234567890 has not arrived',
    'order 1001 on 2025-11-12 at 10:30',
    'due 20.11.2026 14:35',
    'between 20.11.2026 14:35 and 21.11.2026 09:15:20',
    'from 2026-11-20 08:00 to 2026-11-22 18:30',
    'the bus pass is for Monday',
    'parcel #12345678 is lost',
    'I paid 1,299.00 EUR for 2 of them',
    'my password is not working',
    'my password reset this morning failed',
    'I forgot my password and cannot log in',
    'ab12 this is some text that goes on for a while',
    'It broke.Please help',
    'the ticket number is 99812',
    'hat nie geklappt, Bestellung 4500128831 ist weg',
    'a 2 TB External Hard Drive and 2 Google Drive plans',
    'wohnt Frau Meier 2 Jahre dort',
    'The text said 12500 euros',
    'Konto 12345 Punkte',
    'Wagen 5 Platz 12 war belegt',
  ])('%s', (text) => {
    expect(redacted(text)).toBe(text);
  });
});

describe('a secret is blanked out', () => {
  test.each([
    ...['密码是abc123', '비밀번호는 abc123 입니다', 'הסיסמה שלי היא abc123', 'パスワードがabc123'],
    ...['code: 483920', '認証コードは483920です', 'password - abc123', 'contrasena: abc123'],
    ...['my api key is abc123', 'token: abc123', 'secret: abc123', "my password's abc123"],
    ...['la password e abc123', 'contrasena abc123', 'my pin’s 483920'],
  ])('%s', (text) => {
    expect(redact(text)).not.toMatch(/abc123|483920/);
  });
});

describe('what is said about a password or a code stays', () => {
  test.each([
    ...['My password does not work', '密码是错的', 'error code: 4012'],
    ...['The password reset link never came', "my password's not accepted", 'tan shoes size 10'],
    ...['my promo code SAVE10 does not work', 'due 20.11.2026 14:35', 'Mein Passwort ist falsch'],
  ])('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});
