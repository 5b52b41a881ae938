import { describe, expect, test } from '@jest/globals';
import { statedName } from '../../src/context/customerName.js';
import { chat } from './chat.js';
import { extractContext } from './extractContext.js';

describe('a customer is called', () => {
  const conversations = [chat(1, ['my name is Chat', 'where is my parcel?'])];

  test('what the request says, then what the contact says, then what they said themselves', () => {
    const requestName = 'Request';
    const contactName = 'Contact';
    expect(extractContext({ requestName, contactName, conversations }).customerName).toBe(
      'Request',
    );
    expect(extractContext({ contactName, conversations }).customerName).toBe('Contact');
    expect(extractContext({ conversations }).customerName).toBe('Chat');
    expect(extractContext({ conversations: [] }).customerName).toBe('Valued Customer');
  });

  test.each([
    'O’Neil-Smith',
    'J.R.R. Tolkien',
    'Ångström',
    'Nguyễn Văn A',
    '山田 太郎',
    'محمد',
    'Studio 54',
    'Dr.Müller',
    'O’Brien',
    'Maria (Mia) Lopez',
    'John Smith, Ph.D.',
    'Robert "Bob" Young',
  ])('by an unusual name all the same: %s', (requestName) => {
    expect(extractContext({ requestName, conversations: [] }).customerName).toBe(requestName);
  });

  test.each([
    ...[
      '<script>alert(1)</script>',
      'A'.repeat(500),
      'https://evil.example',
      'evil.example',
      'a@b.co',
    ],
    ...['', '  ', '12345678', 'Unknown', 'null', 'Guest', '{{ customerName }}', '"); drop', '👻'],
  ])('by nothing that could be more than a name: %s', (requestName) => {
    expect(
      extractContext({ requestName, contactName: 'Anna', conversations: [] }).customerName,
    ).toBe('Anna');
  });

  test('by a name freed of line breaks and of what cannot be seen', () => {
    const requestName = ' An\u200Bna\u202E\r\nSch\u0000midt ';
    expect(extractContext({ requestName, conversations: [] }).customerName).toBe('Anna Schmidt');
  });
});

describe('a name is taken from', () => {
  test.each([
    ['My name is Anna and I have a problem', 'Anna'],
    ['my name is Maria (Mia) Lopez', 'Maria (Mia) Lopez'],
    ['My name is Dr.Müller.', 'Dr.Müller'],
    ['my name is John Smith, Ph.D.', 'John Smith, Ph.D.'],
    ['Hello, my name’s Pat O’Brien!', 'Pat O’Brien'],
    ['mijn naam is Jan de Vries', 'Jan de Vries'],
    ['mi chiamo Giulia Rossi, ho un problema', 'Giulia Rossi'],
    ['meu nome é João da Silva', 'João da Silva'],
    ['my name is Ludwig van Beethoven.', 'Ludwig van Beethoven'],
    ['Ich heiße Jörg Müller', 'Jörg Müller'],
    ['Me llamo José García', 'José García'],
    ["je m'appelle Zoë", 'Zoë'],
    ['меня зовут Иван', 'Иван'],
    ['اسمي محمد', 'محمد'],
    ['שמי דוד', 'דוד'],
    ['田中と申します', '田中'],
    ['我叫王小明', '王小明'],
  ])('%s', (text, name) => {
    expect(statedName([text])).toBe(name);
  });
});

describe('no name is taken from', () => {
  test.each([
    ...['Please call me back', 'Call me Back', 'call me Ishmael', 'my user name is locked'],
    ...["I'm Pregnant, can I still fly?", 'I am Ahmed', 'This is Bob from Acme', 'hier ist Klaus.'],
    ...['my name is anna', 'My Name Is Misspelled On The Invoice', 'My name is Locked.'],
    ...['my name is Spelled wrong', 'Mein Name ist Programm.', 'Ich heiße Sie herzlich willkommen'],
    ...['Mein Name ist falsch geschrieben', 'mi nombre es Incorrecto', 'Mi nombre es otro.'],
    ...['mon nom est mal écrit', 'mon nom est Faux', 'il mio nome è sbagliato'],
    ...['meu nome é outro', 'mijn naam is verkeerd', 'меня зовут не так', 'اسمي غير صحيح'],
    ...['שמי לא נכון', '名前は間違いです', '我叫外卖了', '我叫外卖'],
    ...[
      "I'm angry",
      "I'm Angry!",
      "I'M ANGRY",
      "I'm waiting",
      'I am Waiting for Anna',
      'I am German',
    ],
    ...["I'm Sure. Thanks", 'this is Outrageous!', 'This is Unacceptable', 'call me tomorrow'],
    ...[
      'my name is wrong on the invoice',
      'My name is not on the list',
      'ich bin Kunde',
      'Ich bin sauer',
    ],
    ...['soy cliente', 'je suis très déçu', 'My name is <script>alert(1)</script>'],
  ])('%s', (text) => {
    expect(statedName([text])).toBeUndefined();
  });
});

test('the latest statement counts', () => {
  expect(statedName(['my name is Ann', 'sorry, my name is Anne'])).toBe('Anne');
});
