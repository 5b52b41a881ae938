/**
 * What customers write, in six languages: `sentence | name`, and nothing behind the bar where no
 * sentence says for certain what the customer is called. A table of its own, since it only grows.
 */
export const NAME_SENTENCES = `
my order is late |
My order is late and no one answers |
my name is locked |
My name is locked out of the system again |
My name is spelt wrong on the parcel |
My name is spelled with two n |
My name is Misspelled, please fix it |
My name is not on the invoice |
My name is not John, it is a mistake |
My name is no longer on the account |
My name is on the delivery note but not on the bill |
My name is already registered, it says |
My name is different on my passport |
My name is Different on my passport |
My name is the same as my father's |
My name is in capitals on the card |
My name is misprinted on the ticket |
My name is Misprinted on the ticket |
My name is Swapped with my husband's |
My name is Mixed up with someone else |
My name is Shortened on the label |
My name is Half missing |
My name is Only partly shown |
My name is Everything but right |
My name is Completely wrong |
My name is Totally Wrong |
My name is Partly missing |
My name is Visible to everyone |
My name is Linked to the wrong account |
My name is Attached to another order |
My name is Appearing twice |
My name is Getting cut off |
My name is Used by someone else |
My name is Stuck in capital letters |
My name is Unavailable |
My name is Undefined |
My name is Null on your page |
my name is John's brother's |
I'm Pregnant, can I still fly with you? |
I'm Pregnant. Is the product safe? |
I am Disabled and need help at the station |
I'm Vegan, does it contain milk? |
I'm Locked out of my account |
I’m Moving house next week |
I am Waiting since Monday |
I'm Sorry, I typed the wrong number |
I'm John's wife, he is in hospital |
I am Peter, why? |
I'm Maria |
Im Anna and I want a refund |
call me back |
Call me back please |
Please call me Back on 0151 |
Call me Tomorrow after six |
call me at work |
Call me Maybe |
you can call me Steve if you like |
Please don't call me Sir |
They call me Mister Wong |
This is Ridiculous, I want my money back |
This is Urgent! |
This is John from accounting |
This is Maria speaking |
The name is Wrong in the mail |
the name on my card is Anna Lee |
The name on the order should be Tom Baker |
my user name is annalee |
My user name is Anna Lee |
My login name is Peter77 |
my account name is Smith |
My last name is Miller now, I got married |
My middle name is Rose |
My maiden name is Smith |
My first name is Anne with e |
my husband's name is Paul Smith |
My son's name is Liam |
The driver's name is Ali |
The agent's name is Jessica, she promised it |
Your colleague's name is Mark |
what is my name? |
what if my name is Anna in your system |
It says my name is Peter, but it is not |
The mail says my name is Anna Schmidt |
you think my name is Bob |
I doubt that my name is Smith in your file |
I don't know why my name is Jane on the label |
Ask him what his name is |
my name isn't Peter |
My name is certainly not Peter |
My name was Anna Schmidt before the wedding |
My name should be Anna Schmidt |
My name must be Anna Schmidt on the ticket |
My name will be Anna Schmidt after the wedding |
Is my name still Anna Schmidt in your system? |
Can you change my name to Anna Schmidt? |
Please use my name, Anna Schmidt |
my name is important to me, so write it correctly |
my name is Mr |
My name is Customer 4711 |
My name is None |
My name is +49 151 2345678 |
My name is order 4711 |
MY NAME IS WRONG ON THE BILL |
MY NAME IS NOT ON THE LIST |
I AM WAITING SINCE MONDAY |
CALL ME BACK NOW |
Where is my parcel? Thanks, Anna |
Best regards, John Smith |
Kind regards Maria |
Hello Anna, where is my parcel? |
Dear Peter, thank you |
Thanks John |
Mein Name ist falsch geschrieben |
Mein Name ist Falsch geschrieben |
Mein Name ist auf dem Paket falsch geschrieben |
Mein Name ist im Konto nicht hinterlegt |
Mein Name ist Ihnen doch bekannt |
Mein Name ist Ihnen Bekannt |
Mein Name ist unvollständig |
Mein Name ist Vertauscht |
Mein Name ist Verkehrt geschrieben |
Mein Name ist Abgeschnitten |
Mein Name ist Nirgends zu finden |
Mein Name ist Gleich geblieben |
Mein Name ist Bereits registriert |
Mein Name ist Seit der Heirat anders |
Mein Name ist Seit Mai geändert |
Mein Name ist Komplett falsch |
Mein Name ist Eigentlich anders |
Mein Name ist Teil der Adresse |
Mein Name ist Bestandteil der Mail |
Mein Name ist Unlesbar |
Mein Name ist Ausgeschrieben zu lang |
Mein Name ist Hinterlegt |
Mein Name ist Korrekt |
Mein Nachname ist Müller |
Mein Vorname ist falsch |
Mein Vorname ist Anna, nicht Anne |
Mein Mann heißt Peter |
Meine Frau heißt Anna Schmidt |
Mein Sohn heißt Max |
Der Fahrer heißt Ali |
Der Name ist Programm |
Ich heiße seit der Hochzeit anders |
Ich heiße Seit der Hochzeit anders |
ich heiße aber nicht Schmidt |
Ich heiße jetzt nicht mehr Schmidt |
Ich heiße Willkommen, was gibt es Neues |
Sie schreiben, dass ich heiße Peter |
Weil ich heiße ja nicht so |
Ich bin Schwanger, ist das Produkt sicher? |
Ich bin Rentner und kenne mich nicht aus |
Ich bin Peter |
Ich bin Sauer, wo bleibt mein Paket? |
Ich bin Kunde seit 2003 |
Hier ist Anna Schmidt |
Hier spricht Müller |
Rufen Sie mich bitte zurück |
Bitte Rückruf |
Meine Bestellung ist zu spät |
Wo ist mein Paket? |
Das Paket ist auf den Namen Schmidt bestellt |
Mit freundlichen Grüßen Anna Schmidt |
Viele Grüße, Petra |
Hallo Herr Müller |
MEIN NAME IST FALSCH GESCHRIEBEN |
mi pedido llega tarde |
Mi nombre es el de mi padre |
mi nombre es incorrecto en la factura |
Mi nombre es Demasiado largo |
Mi nombre es Distinto en el pasaporte |
Mi nombre es Ilegible |
Mi nombre es Igual al de mi hermano |
Mi nombre es Compuesto |
Mi nombre es Parecido |
Mi nombre es Confundido con otro |
Mi nombre está mal escrito |
Mi nombre esta bloqueado |
Mi nombre no aparece |
mi nombre de usuario es Juan |
Mi nombre de pila es Ana |
Mi apellido es García |
el nombre de mi hija es Lucía |
Mi marido se llama Pedro |
No me llamo Pedro, me llamo como dice el DNI |
Ustedes dicen que me llamo Pedro |
¿Cómo me llamo en su sistema? |
Si me llamo Ana, ¿por qué pone Eva? |
cuando me llamo a mí mismo |
me llamo para preguntar por mi pedido |
Me llamo Para saber del pedido |
Llámame mañana |
Llámenme por favor |
me llamó Pedro de su empresa |
Me llamo mucho la atención |
Soy Embarazada de seis meses |
Soy Cliente desde hace años |
Soy Juan |
Estoy Esperando |
Habla Carlos |
Saludos, María |
Hola Pedro |
MI NOMBRE ES INCORRECTO |
ma commande est en retard |
je m'appelle pour savoir où est mon colis |
Je m'appelle Pour avoir des nouvelles |
je m'appelle comme mon père |
Je m'appelle Comme mon père |
je ne m'appelle pas Dupont |
Je ne m’appelle plus Dupont |
Je m'appelle Désormais autrement |
Je m'appelle Maintenant Durand |
Mon nom est écrit avec deux n |
Mon nom est Mal orthographié |
mon nom est mal orthographié |
Mon nom est Erroné sur la facture |
Mon nom est Incomplet |
Mon nom est Illisible |
Mon nom est Inversé avec le prénom |
Mon nom est Identique |
Mon nom est Composé |
Mon nom est Toujours faux |
Mon nom est sur la liste |
Mon nom est Absent |
Mon nom est Tronqué |
mon nom d'utilisateur est Paul |
Mon prénom est Anne |
Mon mari s'appelle Pierre |
Ma fille s'appelle Léa |
Vous dites que je m'appelle Pierre |
Comment je m'appelle chez vous ? |
si je m'appelle Anne |
Appelez-moi demain |
Rappelez moi svp |
Je suis Enceinte, puis-je voyager ? |
Je suis Pierre |
je suis Cliente depuis dix ans |
C'est Paul |
Ici Paul Durand |
Bonjour Monsieur Dupont |
Cordialement, Anne Durand |
il mio ordine è in ritardo |
Il mio nome è scritto male |
Il mio nome è Scritto con due n |
Il mio nome è sulla lista |
Il mio nome è Incompleto |
Il mio nome è Uguale a quello di mio padre |
Il mio nome è Cambiato |
Il mio nome è Composto |
Il mio nome è Illeggibile |
Il mio nome è Mancante |
Il mio nome non è Marco |
il mio nome utente è marco |
Il mio cognome è Rossi |
Mia moglie si chiama Anna |
Non mi chiamo Marco |
Dite che mi chiamo Marco |
Come mi chiamo? |
se mi chiamo Anna |
mi chiamo come mio padre |
Mi chiamo Come mio padre |
Mi chiamo Ancora così |
Mi chiami domani |
mi chiamano dal corriere |
Richiamatemi |
Sono Incinta |
Sono Marco |
Saluti, Giulia |
Ciao Marco |
meu pedido está atrasado |
Meu nome é escrito com z |
Meu nome é Escrito com z |
Meu nome é o mesmo |
Meu nome é Igual ao do meu pai |
Meu nome é Composto |
Meu nome é Incompleto |
Meu nome é Ilegível |
Meu nome está errado |
Meu nome não é João |
Meu nome de usuário é Ana |
Meu sobrenome é Silva |
Meu marido se chama Pedro |
não me chamo Pedro |
Vocês dizem que me chamo Pedro |
Como me chamo no sistema? |
se me chamo Ana |
me chamo como meu pai |
Me chamo Como meu pai |
Me chame amanhã |
me chamou o Pedro |
Me ligue de volta |
Sou João |
Sou Cliente há anos |
Estou Grávida |
Abraços, Beatriz |
Olá João |
My name is URGENT HELP |
My name is SPELT BADLY |
MY NAME IS ANNA LEE |
My name is Unpronounceable |
My name is Unreadable |
My name is Obviously wrong |
My name is Exactly the same |
My name is Going to change |
My name is Kept secret |
My name is Nowhere |
My name is Nowhere to be seen |
My name is Anna? No, Anne |
Mein Name ist Dr. med. Anna Schmidt |
Mein Name ist Fehlerhaft |
Mein Name ist Bei Ihnen falsch |
Mein Name ist Noch der alte |
Mein Name ist Nur teilweise sichtbar |
Me llamo Todo lo contrario |
Mi nombre es Correctamente Escrito |
Mi nombre es Raro |
Mi nombre es Muy raro |
Je m'appelle Autre chose |
Mon nom est Rarement bien écrit |
Mon nom est Faussement écrit |
Mi chiamo Proprio così |
Il mio nome è Raro |
Il mio nome è Ancora sbagliato |
Meu nome é Raro |
my name is Sean O'Brien | Sean O'Brien
My name is O'Brien | O'Brien
my name is Siobhán O’Sullivan-Byrne, order 4711 | Siobhán O’Sullivan-Byrne
Hello, my name is Dr. Müller and I am waiting for a refund | Dr. Müller
My name is Dr. Sarah Connor. | Dr. Sarah Connor
My name is Prof. Albert Zweistein | Prof. Albert Zweistein
my name is Maria (Mia) Lopez, please call me | Maria (Mia) Lopez
My name is William "Bill" Gates. | William "Bill" Gates
Good morning, my name is Eddie van Halen | Eddie van Halen
My name is Anneke van der Berg, I ordered a bike | Anneke van der Berg
My name is Nguyen Thi Hoa | Nguyen Thi Hoa
my name is Nguyễn Thị Hoa. | Nguyễn Thị Hoa
my name is Tran Van Nam and I need help | Tran Van Nam
My name is ANNA SCHMIDT | ANNA SCHMIDT
My name is ANNA SCHMIDT, I ordered two chairs | ANNA SCHMIDT
my name is JOHN O'BRIEN | JOHN O'BRIEN
My name is Jörg Größl | Jörg Größl
my name is Ann-Kathrin Meyer-Lüdenscheidt | Ann-Kathrin Meyer-Lüdenscheidt
My name is Mary Ann Smith-Jones | Mary Ann Smith-Jones
my name is Robert Downey Jr. | Robert Downey Jr
my name is John Smith, Ph.D. and I have a question | John Smith, Ph.D.
My name is Jane Doe, M.D. | Jane Doe, M.D.
My name is Kwame Nkrumah. Where is my parcel? | Kwame Nkrumah
my name is Priya | Priya
My name is Mohammed Al-Fayed | Mohammed Al-Fayed
my name is Ahmed bin Khalid | Ahmed bin Khalid
My name is Abdullah al Rashid, hello | Abdullah al Rashid
my name is Li Wei | Li Wei
My name is Søren Ærø | Søren Ærø
My name is Åsa Öberg | Åsa Öberg
my name is Zbigniew Brzęczyszczykiewicz | Zbigniew Brzęczyszczykiewicz
My name is Fred | Fred
my name is Alfred Hitchcock | Alfred Hitchcock
My name is Jack Black | Jack Black
my name is Tom Long | Tom Long
My name is Victoria Wood | Victoria Wood
My name is Amber Rose | Amber Rose
My name is Sky Brown | Sky Brown
my name is Robin Banks | Robin Banks
My name is Christian Young | Christian Young
My name is Constance May | Constance May
my name is Pat with a question | Pat
My name is Ms. Green | Ms. Green
My name is Mrs. Robinson | Mrs. Robinson
my name's Ian | Ian
My name’s Zoë Ball | Zoë Ball
My name is: Thomas Wright | Thomas Wright
Hi there! My name is Olivia! | Olivia
my name is J.K. Simmons | J.K. Simmons
My name is Sinéad O’Connor | Sinéad O’Connor
my name is Macaulay McDonald | Macaulay McDonald
My name is Louis de la Cruz | Louis de la Cruz
My name is Vincent D'Onofrio | Vincent D'Onofrio
My name is Ryan here | Ryan
my name is Aaliyah from Bristol | Aaliyah
Mein Name ist Jürgen Weiß | Jürgen Weiß
Mein Name ist Müller | Müller
Guten Tag, mein Name ist Dr. Karl-Heinz Müller-Lüdenscheidt. | Dr. Karl-Heinz Müller-Lüdenscheidt
mein Name ist Ute Größmann aus Köln | Ute Größmann
Mein Name ist Fritz von Thurn und Taxis | Fritz von Thurn und Taxis
Mein Name ist Anna Maria zu Löwenstein | Anna Maria zu Löwenstein
Mein Name ist Annette von Droste-Hülshoff | Annette von Droste-Hülshoff
mein Name ist ANNA MÜLLER | ANNA MÜLLER
Mein Name ist Jan Lang | Jan Lang
Mein Name ist Hans Klein, ich habe eine Frage | Hans Klein
Mein Name ist Ernst Neu | Ernst Neu
Mein Name ist Rosa | Rosa
Mein Name ist Hanna-Lena Übelacker | Hanna-Lena Übelacker
Mein Name ist Frau Schneider | Frau Schneider
Mein Name ist Herr Yılmaz | Herr Yılmaz
Mein Name ist: Petra Öztürk | Petra Öztürk
Ich heiße Günther Grünäugl | Günther Grünäugl
Ich heisse Urs Zürcher | Urs Zürcher
ich heiße Ludwig van der Rohe | Ludwig van der Rohe
Ich heiße Dr. Šárka Nováková | Dr. Šárka Nováková
Ich heiße Ali und warte seit Tagen | Ali
ich heiße Heide | Heide
ich heiße Ernst | Ernst
Ich heiße Marie-Luise Marjan. | Marie-Luise Marjan
Me llamo José Luis Rodríguez Zapatero | José Luis Rodríguez Zapatero
me llamo Íker Núñez | Íker Núñez
Me llamo María del Carmen Ortiz | María del Carmen Ortiz
Me llamo Juan de la Cierva y Codorníu | Juan de la Cierva y Codorníu
me llamo Rosario y mi pedido no llega | Rosario
Me llamo Blanca | Blanca
Me llamo Clemente Ortiz | Clemente Ortiz
Me llamo Dra. Pilar Gómez | Dra. Pilar Gómez
Me llamo Sra. Ruiz | Sra. Ruiz
Hola, mi nombre es Ángela Muñoz | Ángela Muñoz
Mi nombre es Miguel Ángel Peña. | Miguel Ángel Peña
Mi nombre es LUIS GARCÍA | LUIS GARCÍA
Mi nombre es Xóchitl | Xóchitl
Mi nombre es Dolores, tengo una pregunta | Dolores
Mi nombre es: Ana Belén | Ana Belén
Buenos días, me llamo Iñaki Urdangarín | Iñaki Urdangarín
Je m'appelle François Lefèvre | François Lefèvre
je m'appelle Anne-Sophie de la Tour | Anne-Sophie de la Tour
Je m’appelle Loïc et j'attends mon colis | Loïc
Je m'appelle Gisèle d'Estaing | Gisèle d'Estaing
Je m'appelle Maël L'Hermite | Maël L'Hermite
Je m'appelle Blanche | Blanche
Je m'appelle Mme Dubois | Mme Dubois
Je m'appelle M. Dupont | M. Dupont
Je m'appelle JEAN DUPONT | JEAN DUPONT
Je m'appelle Dr. Noël | Dr. Noël
Bonjour, je m'appelle Aïcha Benali, ma commande | Aïcha Benali
Mon nom est Thérèse du Bellay. | Thérèse du Bellay
Mon nom est Cédric O'Connor | Cédric O'Connor
Mon nom est Yves Le Goff | Yves Le Goff
Mon nom est Jean de La Fontaine | Jean de La Fontaine
Mi chiamo Nicolò Dell'Acqua | Nicolò Dell'Acqua
mi chiamo Maria Grazia De Luca | Maria Grazia De Luca
Mi chiamo Giò, vorrei sapere | Giò
Mi chiamo Bruno e ho un problema | Bruno
Mi chiamo Bianca | Bianca
mi chiamo Dott. Rossi | Dott. Rossi
Mi chiamo Sig. Bianchi | Sig. Bianchi
Mi chiamo MARIO ROSSI | MARIO ROSSI
Il mio nome è Niccolò di Bernardo | Niccolò di Bernardo
Il mio nome è Desirée Lo Bianco. | Desirée Lo Bianco
Il mio nome è Gianluigi | Gianluigi
Salve, il mio nome è Francesca D'Angelo | Francesca D'Angelo
Me chamo João Pedro dos Santos | João Pedro dos Santos
me chamo Conceição de Souza | Conceição de Souza
Me chamo Clara e meu pedido atrasou | Clara
Me chamo Dr. Antônio Gonçalves | Dr. Antônio Gonçalves
Me chamo Sr. Oliveira | Sr. Oliveira
Me chamo MARIA SILVA | MARIA SILVA
Meu nome é Luís de Camões | Luís de Camões
Meu nome é Íris da Conceição e Silva | Íris da Conceição e Silva
O meu nome é Simão | Simão
Olá, meu nome é Thaís Araújo. | Thaís Araújo
Meu nome é Branca, preciso de ajuda | Branca
Oi, meu nome é Zé | Zé
My name is Anna and my parcel is lost | Anna
My name is Peter JONES | Peter JONES
my name is Patrick O'NEILL and I waited | Patrick O'NEILL
MY NAME IS Anna Lee | Anna Lee
My name is Lady Gaga | Lady Gaga
My name is Sir Ian McKellen | Sir Ian McKellen
My name is Father Brown | Father Brown
My name is Thomas Müller-Westernhagen, Kundennummer 12 | Thomas Müller-Westernhagen
My name is Bond. James Bond | Bond
My name is Maria, Maria Lopez | Maria
Mein Name ist Dipl.-Ing. Hans Meier | Dipl.-Ing. Hans Meier
Mein Name ist Prof. Dr. Anna Schmidt | Prof. Dr. Anna Schmidt
Mein Name ist Schmidt und ich warte | Schmidt
Mein Name ist Anna Schmidt und Danke | Anna Schmidt
Mein Name ist Peter von Schmidt und Rechnung 12 fehlt | Peter von Schmidt
Ich heiße Sabine, bitte um Rückruf | Sabine
Ich heiße Kevin Großkreutz - wo ist mein Paket | Kevin Großkreutz
Me llamo Lourdes García-Márquez | Lourdes García-Márquez
Me llamo D. Antonio López | D. Antonio López
Me llamo Doña Rosa | Doña Rosa
Je m'appelle Jean-Baptiste de La Salle | Jean-Baptiste de La Salle
Je m'appelle Pierre DUPONT et j'attends | Pierre DUPONT
Mon nom est Mme Le Pen | Mme Le Pen
Mi chiamo Avv. Conti | Avv. Conti
Mi chiamo Maria Dolores, buongiorno | Maria Dolores
Meu nome é Dr. José Sarney e gostaria | Dr. José Sarney
Meu nome é Ana e Pedro é meu marido | Ana
Meu nome é Francisco Xavier do Rosário | Francisco Xavier do Rosário
Me chamo Zezé, boa tarde | Zezé
`;
