import { describe, expect, test } from '@jest/globals';
import { statedName } from '../../src/context/customerName.js';

/** What customers write in every language that names are read in, and what is made of it. */
const NAMES: readonly [string, string][] = [
  ['my name is Anna', 'Anna'],
  ['My name is Anna.', 'Anna'],
  ['Hi, my name is John Smith and my order is late', 'John Smith'],
  ['my name’s Pat O’Brien', 'Pat O’Brien'],
  ["My name's Seán O'Casey, order 12", "Seán O'Casey"],
  ['my name is Dr. Müller', 'Dr. Müller'],
  ['My name is Dr.Müller', 'Dr.Müller'],
  ['my name is Mary-Jane Watson!', 'Mary-Jane Watson'],
  ['my name is Conor McGregor', 'Conor McGregor'],
  ['My name is Ludwig van Beethoven', 'Ludwig van Beethoven'],
  ['my name is Maria (Mia) Lopez', 'Maria (Mia) Lopez'],
  ['my name is John Smith, Ph.D.', 'John Smith, Ph.D.'],
  ['my name is Robert “Bob” Young', 'Robert “Bob” Young'],
  ['my name is Martin Luther King Jr.', 'Martin Luther King Jr'],
  ['My name is Priya Raghunathan from Leeds', 'Priya Raghunathan'],
  ['my name is Wei', 'Wei'],
  ['my name is Bo', 'Bo'],
  ["my name is D'Angelo Russell", "D'Angelo Russell"],
  ['My name is Will', 'Will'],
  ['My name is Grace Hopper', 'Grace Hopper'],
  ['My name is Mark', 'Mark'],
  ['my name is Rose', 'Rose'],
  ['my name is April', 'April'],
  ['my name is Hope', 'Hope'],
  ['my name is Faith', 'Faith'],
  ['my name is Daisy', 'Daisy'],
  ['my name is Dawn French', 'Dawn French'],
  ['my name is Art Garfunkel', 'Art Garfunkel'],
  ['my name is Jean-Luc Picard', 'Jean-Luc Picard'],
  ['My name is Summer', 'Summer'],
  ['My name is Jean', 'Jean'],
  ['Ich heiße Jörg Müller', 'Jörg Müller'],
  ['ich heisse Anna', 'Anna'],
  ['Mein Name ist Petra Weiß, ich warte', 'Petra Weiß'],
  ['Guten Tag, mein Name ist Max Mustermann und ich habe eine Frage', 'Max Mustermann'],
  ['Mein Name ist Dr. Klaus von Dohnanyi.', 'Dr. Klaus von Dohnanyi'],
  ['Mein Name ist Annegret Kramp-Karrenbauer', 'Annegret Kramp-Karrenbauer'],
  ['Hallo, ich heiße Leonie.', 'Leonie'],
  ['ich heiße Ömer Yıldız', 'Ömer Yıldız'],
  ['Mein Name ist Prof. Schmidt', 'Prof. Schmidt'],
  ['Mein Name ist Ursula von der Leyen', 'Ursula von der Leyen'],
  ['Mein Name ist Frank Zander aus Berlin', 'Frank Zander'],
  ['ich heiße Jana :)', 'Jana'],
  ['Me llamo José García', 'José García'],
  ['me llamo Ana.', 'Ana'],
  ['Hola, me llamo María de los Ángeles', 'María de los Ángeles'],
  ['Mi nombre es Juan Carlos Ortega y necesito ayuda', 'Juan Carlos Ortega'],
  ['mi nombre es Íñigo Montoya', 'Íñigo Montoya'],
  ['Me llamo Sofía, tengo un problema', 'Sofía'],
  ['Buenas, mi nombre es Lucía', 'Lucía'],
  ['me llamo Ángel de la Cruz', 'Ángel de la Cruz'],
  ['Mi nombre es José María Ruiz y Pérez', 'José María Ruiz y Pérez'],
  ['Me llamo Concepción', 'Concepción'],
  ["je m'appelle Zoë", 'Zoë'],
  ['Je m’appelle Jean-Pierre Dupont', 'Jean-Pierre Dupont'],
  ['Bonjour, je m’appelle Chloé et ma commande est en retard', 'Chloé'],
  ['Mon nom est Hélène Lefèvre', 'Hélène Lefèvre'],
  ['mon nom est Charles de Gaulle.', 'Charles de Gaulle'],
  ["Je m'appelle Anne d'Autriche", "Anne d'Autriche"],
  ['mon nom est Jeanne d’Arc', 'Jeanne d’Arc'],
  ['Je m’appelle Éric, ma commande', 'Éric'],
  ['je m’appelle Françoise', 'Françoise'],
  ['Je m’appelle Marie du Pont', 'Marie du Pont'],
  ['mi chiamo Giulia Rossi, ho un problema', 'Giulia Rossi'],
  ['Il mio nome è Marco', 'Marco'],
  ['Mi chiamo Nicolò', 'Nicolò'],
  ["mi chiamo Leonardo Dell'Orto", "Leonardo Dell'Orto"],
  ['Buongiorno, mi chiamo Alessandra e ho un problema', 'Alessandra'],
  ['mi chiamo Luca di Montezemolo', 'Luca di Montezemolo'],
  ['il mio nome è Chiara Ferragni.', 'Chiara Ferragni'],
  ['mi chiamo Gabriele D’Annunzio', 'Gabriele D’Annunzio'],
  ['meu nome é João da Silva', 'João da Silva'],
  ['Me chamo Beatriz', 'Beatriz'],
  ['O meu nome é Inês dos Santos', 'Inês dos Santos'],
  ['Olá, meu nome é Antônio e preciso de ajuda', 'Antônio'],
  ['me chamo Luís Figo', 'Luís Figo'],
  ['meu nome é Conceição', 'Conceição'],
  ['Meu nome é Ana Clara e meu pedido atrasou', 'Ana Clara'],
  ['mijn naam is Jan de Vries', 'Jan de Vries'],
  ['Ik heet Sanne', 'Sanne'],
  ['Mijn naam is Joost van den Berg.', 'Joost van den Berg'],
  ['ik heet Femke, mijn bestelling', 'Femke'],
  ['Hallo, mijn naam is Pieter van der Meer en ik wacht', 'Pieter van der Meer'],
  ['mijn naam is Saskia', 'Saskia'],
  ["mijn naam is Henk van 't Hof", "Henk van 't Hof"],
  ['Mijn naam is Thijs ter Horst', 'Thijs ter Horst'],
  ['Nazywam się Jan Kowalski', 'Jan Kowalski'],
  ['mam na imię Małgorzata', 'Małgorzata'],
  ['Nazywam się Łukasz Żak i mam problem', 'Łukasz Żak'],
  ['mam na imię Ola.', 'Ola'],
  ['Dzień dobry, nazywam się Anna Nowak-Wójcik', 'Anna Nowak-Wójcik'],
  ['меня зовут Иван', 'Иван'],
  ['Меня зовут Анна Петрова.', 'Анна Петрова'],
  ['Здравствуйте, меня зовут Ольга и у меня вопрос', 'Ольга'],
  ['меня зовут Фёдор', 'Фёдор'],
  ['мене звати Олена', 'Олена'],
  ['Мене звати Тарас Шевченко.', 'Тарас Шевченко'],
  ["мене звати Мар'яна", "Мар'яна"],
  ['Меня зовут Римский-Корсаков', 'Римский-Корсаков'],
  ['اسمي محمد', 'محمد'],
  ['مرحبا، اسمي فاطمة', 'فاطمة'],
  ['اسمي أحمد علي', 'أحمد علي'],
  ['שמי דוד', 'דוד'],
  ['קוראים לי שרה', 'שרה'],
  ['השם שלי הוא יוסי', 'יוסי'],
  ['שלום, שמי רחל כהן', 'רחל כהן'],
  ['田中と申します', '田中'],
  ['私は山田と申します。', '山田'],
  ['佐藤ともうします', '佐藤'],
  ['私の名前は鈴木です', '鈴木'],
  ['ジョンと申します', 'ジョン'],
  ['我叫王小明', '王小明'],
  ['你好，我叫李娜，', '李娜'],
  ['我的名字是张伟', '张伟'],
  ['我的名字叫陈静。', '陈静'],
  ['My name is Will Smith', 'Will Smith'],
  ['my name is J. R. Ewing', 'J. R. Ewing'],
  ['my name is St. John', 'St. John'],
  ['My name is Khaled', 'Khaled'],
  ['My name is Winifred', 'Winifred'],
  ['my name is Renato', 'Renato'],
  ['sorry, my name is Anne', 'Anne'],
];

/** Sentences with bars between: none of them says who the customer is, or says it for certain. */
const NONE = `
Please call me back | call me | Call me Back | Call me Tomorrow | CALL ME NOW | call me Ishmael
Call me on Monday | please Call me Asap | Can you call me Anna? | I'm Pregnant, can I fly?
I’m Pregnant | I am Ahmed | I am Anna | I'm John | I'm Lost | I'm Locked Out | I am Waiting
This is Bob | this is Urgent | This is Outrageous | This is Anna from Acme | It's Anna
Anna here | it is me, Anna | my user name is locked | My user name is Anna | the name is wrong
The name is Wrong | name is Bond | My username is Hunter | My last name is wrong
my first name is misspelled | my dog's name is Rex | his name is Bob | Her name is Alice
her name is Alice Cooper | My wife's name is Anna | the agent's name is Kevin
company name is Acme | my company name is Acme Ltd | My daughter’s name is Mia
Product name is Galaxy | my name is | my name is not important | My name is Not Important
my name is wrong | My name is Wrong | my name is misspelled | My name is Misspelled
My Name Is Misspelled On The Invoice | my name is spelled wrong | My name is Spelled Wrong
My name is missing | My name is Missing | my name is on the list | My name is On The List
My name is locked. | My name is Locked. | My name is Blocked | My name is Private
My name is Confidential | My name is Incorrect | my name is in the system
My name is In Your System | my name is still wrong | My name is Still Wrong | my name is anna
my name is mud | My name is Mud | my name is none of your business
My name is None Of Your Business | My name is Secret | my name is Irrelevant
My name is Already Registered | My name is Already In The System | my name is Changed
My name is Now Different | My name is Different | My name is Not Found
My name is Displayed Wrong | My name is Printed Wrong | My name is Written Wrong
My name is Showing Wrong | My name is Too Long | My name is Cut Off | My name is Taken
My name is Invalid | My name is Rejected | My name is Required | My name is Unverified
My name is Being Used | My name is Always Wrong | My name is Never Right
My name is Listed Twice | My name is Duplicated | My name is Hyphenated | My name is Chinese
My name is Foreign | My name is Long | My name is Short | My name is Important
My name is <b>Bob</b> | my name is 12345 | my name is https://evil.example
My name is Bob@example.com | My name is {{ name }} | my name is John’s | My name is ridiculous
what my name is Now | Do you know what my name is? | How do you know my name is Anna?
I never said my name is Anna | My name is not Anna | My name isn't Anna | My name is Customer
My name is Unknown | My name is Test | my name is N/A | Tell me what your name is
Your name is Kevin? | Ich bin Kunde | Ich bin Anna | ich bin Sauer | hier ist Klaus
Hier ist Klaus. | Rufen Sie mich an | Mein Name ist falsch | Mein Name ist Falsch
Mein Name ist falsch geschrieben | Mein Name ist Falsch Geschrieben | Mein Name ist Programm
Mein Name ist Hase | Mein Name ist nicht wichtig | Mein Name ist Nicht Wichtig
Mein Name ist Gesperrt | Mein Name ist schon vergeben | Mein Name ist Vergeben
Mein Benutzername ist Gesperrt | mein nachname ist Falsch | Mein Name ist Geändert
Mein Name ist Unvollständig | Mein Name ist Privatsache | Mein Name ist Egal
Mein Name ist jetzt anders | Mein Name ist Anders | Mein Name ist Überall falsch
Mein Name ist Doppelt | Ich heiße Sie willkommen | Ich heiße Sie Herzlich Willkommen
Ich heiße das nicht gut | Ich heiße Das Gut | Ich heiße anders | Ich heiße Anders Als Im Konto
ich heiße nicht Müller | Ich heiße Nicht Müller | ich heiße jetzt anders | Ich heiße nun mal so
Wie heiße ich? | Sie wissen, dass ich heiße | Der Name meiner Frau ist Anna
Mein Name ist auf der Rechnung falsch | Mein Name ist Auf Der Rechnung
Mein Name ist Hier Falsch | Mein Name ist Zu Lang | Mein Name ist Weg
Mein Name ist Verschwunden | Ich bin Schwanger, darf ich fliegen? | soy cliente | Soy Cliente
Soy Ana | soy Embarazada | Llámame | Llámame Mañana | Mi nombre es incorrecto
Mi nombre es Incorrecto | mi nombre es Otro | Mi nombre es Otro. | Mi nombre es Privado
Mi nombre es Diferente | Mi nombre es Erróneo | mi nombre es Muy Largo | Mi nombre es Largo
Mi nombre es Mal Escrito | mi nombre no es Ana | No me llamo Ana | no me llamo Juan
Me llamo Igual Que Mi Padre | Me llamo Diferente | Mi nombre de usuario es Ana
Mi nombre es Desconocido | mi nombre es Cliente | Me llamo la atención | Me llamo La Atención
¿Me llamo Ana? | mi nombre es El Mismo | Mi nombre es Secreto | Mi nombre es Correcto
je suis Enceinte | Je suis Anne | Appelez-moi | Mon nom est Faux | mon nom est mal écrit
Mon nom est Mal Écrit | Mon nom est Incorrect | Mon nom est Différent | Mon nom est Bloqué
Mon nom est Erroné | Mon nom est Privé | Mon nom est Manquant | Mon nom est Trop Long
Mon nom est Écrit Faux | Je ne m’appelle pas Anne | je m'appelle pas Anne
Je m’appelle Pas Anne | Je m’appelle Autrement | Je m’appelle Toujours Pareil
Mon nom est Déjà Pris | mon nom est Client | Mon nom est Inconnu | Mon nom est Secret
sono Incinta | Sono Anna | chiamami | Chiamami Domani | Il mio nome è Sbagliato
il mio nome è sbagliato | Il mio nome è Errato | Il mio nome è Diverso | Non mi chiamo Anna
non mi chiamo Luca | Il mio nome non è Anna | Mi chiamo Diversamente | Il mio nome è Segreto
Il mio nome è Privato | Il mio nome è Bloccato | Il mio nome è Scritto Male
Il mio nome è Già Usato | Mi chiamo Fuori | il mio nome utente è Anna | Sou Ana
meu nome é Outro | Meu nome é outro | meu nome é Errado | Meu nome é Incorreto
Meu nome é Diferente | Não me chamo Ana | não me chamo João | Meu nome não é Ana
meu nome é Segredo | Meu nome é Muito Longo | Meu nome é Privado | meu nome é Bloqueado
Ik ben Anna | ik ben Zwanger | Bel mij terug | Bel mij Morgen | mijn naam is verkeerd
Mijn naam is Verkeerd | Mijn naam is Fout | Mijn naam is Niet Anna | Mijn naam is Onjuist
Ik heet niet Jan | Ik heet Niet Jan | Ik heet Anders | ik heet u welkom | Ik heet U Welkom
Mijn naam is Haas | Mijn naam is Geblokkeerd | Mijn naam is Privé
Mijn naam is Verkeerd Gespeld | Nie nazywam się Jan | Nazywam się Inaczej | nazywam się inaczej
Nazywam się Tak Samo | Mam na imię Inaczej | Mam na imię Nie Jan | jestem Anna | Jestem Zła
меня зовут не так | Меня зовут Не Анна | Меня зовут Иначе | меня зовут иначе
Меня не зовут Анна | Меня зовут По-другому | Меня зовут Также | как меня зовут
Меня зовут на работу | Меня зовут На Работу | мене звати інакше | Мене звати Інакше
Мене звати Не Олена | я Анна | Это Анна | اسمي غير صحيح | اسمي خطأ | اسمي ليس محمد
اسمي مكتوب خطأ | اسمي موجود في القائمة | أنا محمد | أنا غاضب | שמי לא נכון | שמי שגוי | שמי חסר
שמי לא דוד | אני דוד | אני כועס | קוראים לי בטעות | שמי רשום לא נכון | השם שלי הוא לא נכון
اسمي مختلف | اسمي محظور | اسمي الآن مختلف | שמי כתוב לא נכון | שמי הרשום שגוי | שמי מופיע פעמיים
اسمي على الفاتورة خطأ | اسمي المستخدم خاطئ | اسمي مكرر | 名前は間違いです | 私の名前は間違いです | 私の名前は違います
私の名前は不明です | 私は怒っています | 申します | 何と申しますか | 注文と申します | 私の名前は変更です | 私の名前は登録済みです | 私の名前は匿名です | 田中です
我叫外卖 | 我叫外卖了 | 我叫了外卖 | 我叫你们退款 | 我叫不醒 | 我叫什么 | 我的名字是错的 | 我的名字是错误 | 我的名字叫什么 | 我的名字是对的 | 我的名字是什么
我叫车了 | 我叫王先生来 | 我叫金额不对 | 我叫张三丰给你打电话 | 我的名字是空的 | 我的名字是中文 | 我叫快递 | 我叫马上退款 | 我叫许多人来 | 我叫何时发货
我叫方便面 | 我叫任何人 | 我叫黄色的 | 我叫高级客服 | 我叫关闭账号 | MY NAME IS ANNA | My name is Ambiguous
My name is Cancelled | My name is Unreadable | My name is Only Visible To Me
My name is Supposed To Be Anna | My name is Both Wrong | My name is Correctly Spelled
Please check whether my name is Anna | Is it true that my name is Anna | mi nombre es Repetido
my name is Anna?
`;

describe('a name is found in', () => {
  test.each(NAMES)('%s', (text, name) => {
    expect(statedName([text])).toBe(name);
  });
});

describe('no name is found in', () => {
  const sentences = NONE.trim().split(/ \| |\n/);

  test.each(sentences)('%s', (text) => {
    expect(statedName([text])).toBeUndefined();
  });

  test('all of them: there are enough to tell', () => {
    expect(sentences.length + NAMES.length).toBeGreaterThan(450);
  });
});
