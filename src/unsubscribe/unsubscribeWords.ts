import { type Content, html } from '../html/html.js';
import { LANGUAGES, type Language } from '../templates/manifest.js';

/** The kinds of messages that a person distinguishes. */
export type Kind = 'email' | 'sms' | 'chat';

/** What the page says, in one language. Names of senders and messages come isolated, in any script. */
export interface Words {
  /** Of the tab. */
  title: string;
  ask: (sender: Content) => Content;
  cameWith: Record<Kind, string>;
  about: (title: Content) => Content;
  choice: string;
  all: string;
  only: Record<Kind, string>;
  button: string;
  nothingYet: string;
  stillAnswered: string;
  done: string;
  doneAll: (sender: Content) => Content;
  doneOnly: Record<Kind, string>;
  onItsWay: string;
  byMistake: string;
  wrong: string;
  wrongHelp: string;
  later: string;
  laterHelp: string;
  tooMany: string;
  tooManyHelp: string;
}

export const UNSUBSCRIBE_WORDS: Readonly<Record<Language, Words>> = {
  en: {
    title: 'Stop messages',
    ask: (sender) =>
      sender === undefined ? 'Stop our messages?' : html`Stop the messages from ${sender}?`,
    cameWith: {
      email: 'This link came to you in an email.',
      sms: 'This link came to you in a text message.',
      chat: 'This link came to you in a chat message.',
    },
    about: (title) => html`It was about: ${title}.`,
    choice: 'What shall stop?',
    all: 'All automatic messages to you: emails, text messages and chat messages',
    only: {
      email: 'Only automatic emails',
      sms: 'Only automatic text messages',
      chat: 'Only automatic chat messages',
    },
    button: 'Stop them',
    nothingYet: 'Nothing has changed yet. It does when you press the button.',
    stillAnswered: 'You can still write to us, and we will still answer.',
    done: 'Done',
    doneAll: (sender) =>
      sender === undefined
        ? 'You will get no more automatic messages from us.'
        : html`You will get no more automatic messages from ${sender}.`,
    doneOnly: {
      email: 'You will get no more automatic emails from us.',
      sms: 'You will get no more automatic text messages from us.',
      chat: 'You will get no more automatic chat messages from us.',
    },
    onItsWay: 'A message that is on its way at this moment may still arrive.',
    byMistake: 'If this was a mistake, write to us: our staff can undo it.',
    wrong: 'This link does not work',
    wrongHelp:
      'It may have been cut off, or be too old. Open it again from the message, or copy all of it. If that does not help, answer the message and say that you want no more of them.',
    later: 'This is not done yet',
    laterHelp: 'Your wish could not be saved just now. Please try again in a few minutes.',
    tooMany: 'Too many requests',
    tooManyHelp: 'Please wait a minute and try again.',
  },
  de: {
    title: 'Nachrichten abbestellen',
    ask: (sender) =>
      sender === undefined
        ? 'Unsere Nachrichten abbestellen?'
        : html`Nachrichten von ${sender} abbestellen?`,
    cameWith: {
      email: 'Diesen Link haben Sie in einer E-Mail erhalten.',
      sms: 'Diesen Link haben Sie in einer SMS erhalten.',
      chat: 'Diesen Link haben Sie in einer Chatnachricht erhalten.',
    },
    about: (title) => html`Es ging darin um: ${title}.`,
    choice: 'Was möchten Sie abbestellen?',
    all: 'Alle automatischen Nachrichten an Sie: E-Mails, SMS und Chatnachrichten',
    only: {
      email: 'Nur automatische E-Mails',
      sms: 'Nur automatische SMS',
      chat: 'Nur automatische Chatnachrichten',
    },
    button: 'Abbestellen',
    nothingYet: 'Noch ist nichts geändert. Das geschieht erst, wenn Sie die Schaltfläche drücken.',
    stillAnswered: 'Sie können uns weiterhin schreiben und erhalten weiterhin Antwort.',
    done: 'Abbestellt',
    doneAll: (sender) =>
      sender === undefined
        ? 'Sie erhalten von uns keine automatischen Nachrichten mehr.'
        : html`Sie erhalten von ${sender} keine automatischen Nachrichten mehr.`,
    doneOnly: {
      email: 'Sie erhalten von uns keine automatischen E-Mails mehr.',
      sms: 'Sie erhalten von uns keine automatischen SMS mehr.',
      chat: 'Sie erhalten von uns keine automatischen Chatnachrichten mehr.',
    },
    onItsWay: 'Eine Nachricht, die gerade unterwegs ist, kann noch ankommen.',
    byMistake:
      'Falls das ein Versehen war, schreiben Sie uns bitte: Wir können es rückgängig machen.',
    wrong: 'Dieser Link funktioniert nicht',
    wrongHelp:
      'Vielleicht ist er unvollständig oder zu alt. Öffnen Sie ihn noch einmal aus der Nachricht, oder kopieren Sie ihn ganz. Hilft das nicht, antworten Sie auf die Nachricht und schreiben Sie, dass Sie keine weiteren möchten.',
    later: 'Das hat noch nicht geklappt',
    laterHelp:
      'Ihr Wunsch konnte gerade nicht gespeichert werden. Bitte versuchen Sie es in einigen Minuten noch einmal.',
    tooMany: 'Zu viele Anfragen',
    tooManyHelp: 'Bitte warten Sie eine Minute, und versuchen Sie es noch einmal.',
  },
  es: {
    title: 'Dejar de recibir mensajes',
    ask: (sender) =>
      sender === undefined
        ? '¿Dejar de recibir nuestros mensajes?'
        : html`¿Dejar de recibir mensajes de ${sender}?`,
    cameWith: {
      email: 'Recibió este enlace en un correo electrónico.',
      sms: 'Recibió este enlace en un SMS.',
      chat: 'Recibió este enlace en un mensaje de chat.',
    },
    about: (title) => html`Trataba de: ${title}.`,
    choice: '¿Qué quiere dejar de recibir?',
    all: 'Todos los mensajes automáticos: correos electrónicos, SMS y mensajes de chat',
    only: {
      email: 'Solo los correos electrónicos automáticos',
      sms: 'Solo los SMS automáticos',
      chat: 'Solo los mensajes de chat automáticos',
    },
    button: 'Dejar de recibirlos',
    nothingYet: 'Todavía no ha cambiado nada. El cambio se hace al pulsar el botón.',
    stillAnswered: 'Puede seguir escribiéndonos y le seguiremos respondiendo.',
    done: 'Hecho',
    doneAll: (sender) =>
      sender === undefined
        ? 'Ya no recibirá mensajes automáticos nuestros.'
        : html`Ya no recibirá mensajes automáticos de ${sender}.`,
    doneOnly: {
      email: 'Ya no recibirá correos electrónicos automáticos nuestros.',
      sms: 'Ya no recibirá SMS automáticos nuestros.',
      chat: 'Ya no recibirá mensajes de chat automáticos nuestros.',
    },
    onItsWay: 'Un mensaje que esté en camino en este momento todavía puede llegar.',
    byMistake: 'Si ha sido un error, escríbanos: nuestro equipo puede deshacerlo.',
    wrong: 'Este enlace no funciona',
    wrongHelp:
      'Puede estar incompleto o ser demasiado antiguo. Ábralo de nuevo desde el mensaje o cópielo entero. Si no sirve, responda al mensaje y díganos que no quiere recibir más.',
    later: 'Todavía no está hecho',
    laterHelp:
      'No se ha podido guardar su petición. Por favor, inténtelo de nuevo dentro de unos minutos.',
    tooMany: 'Demasiadas peticiones',
    tooManyHelp: 'Espere un minuto e inténtelo de nuevo.',
  },
  fr: {
    title: 'Ne plus recevoir de messages',
    ask: (sender) =>
      sender === undefined
        ? 'Ne plus recevoir nos messages\u00a0?'
        : html`Ne plus recevoir les messages de ${sender}\u00a0?`,
    cameWith: {
      email: 'Vous avez reçu ce lien dans un e-mail.',
      sms: 'Vous avez reçu ce lien dans un SMS.',
      chat: 'Vous avez reçu ce lien dans un message de chat.',
    },
    about: (title) => html`Son sujet\u00a0: ${title}.`,
    choice: 'Que ne voulez-vous plus recevoir\u00a0?',
    all: 'Tous les messages automatiques\u00a0: e-mails, SMS et messages de chat',
    only: {
      email: 'Seulement les e-mails automatiques',
      sms: 'Seulement les SMS automatiques',
      chat: 'Seulement les messages de chat automatiques',
    },
    button: 'Ne plus les recevoir',
    nothingYet: 'Rien n’a encore changé. Le changement se fait quand vous appuyez sur le bouton.',
    stillAnswered: 'Vous pouvez toujours nous écrire, et nous vous répondrons.',
    done: 'C’est fait',
    doneAll: (sender) =>
      sender === undefined
        ? 'Vous ne recevrez plus de messages automatiques de notre part.'
        : html`Vous ne recevrez plus de messages automatiques de ${sender}.`,
    doneOnly: {
      email: 'Vous ne recevrez plus d’e-mails automatiques de notre part.',
      sms: 'Vous ne recevrez plus de SMS automatiques de notre part.',
      chat: 'Vous ne recevrez plus de messages de chat automatiques de notre part.',
    },
    onItsWay: 'Un message qui est en route en ce moment peut encore arriver.',
    byMistake: 'Si c’est une erreur, écrivez-nous\u00a0: notre équipe peut l’annuler.',
    wrong: 'Ce lien ne fonctionne pas',
    wrongHelp:
      'Il est peut-être incomplet ou trop ancien. Ouvrez-le de nouveau depuis le message, ou copiez-le en entier. Si cela n’aide pas, répondez au message et dites que vous n’en voulez plus.',
    later: 'Ce n’est pas encore fait',
    laterHelp:
      'Votre demande n’a pas pu être enregistrée. Veuillez réessayer dans quelques minutes.',
    tooMany: 'Trop de requêtes',
    tooManyHelp: 'Veuillez attendre une minute et réessayer.',
  },
};

const ACCEPTED_AT_MOST = 20;

/** The page's language: the first that the browser asks for and the page has, else the message's, else English. */
export function languageFor(accepted: string | undefined, ofMessage: string | undefined): Language {
  const asked = (accepted ?? '')
    .split(',', ACCEPTED_AT_MOST)
    .map((range) => {
      const [tag = '', ...rest] = range.split(';').map((piece) => piece.trim());
      const weight = rest.map((piece) => /^q=(\d(?:\.\d{1,3})?)$/i.exec(piece)?.[1]);
      return { tag, weight: Number(weight.find((text) => text !== undefined) ?? 1) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => knownLanguage(tag));
  return asked.find((known) => known !== undefined) ?? knownLanguage(ofMessage) ?? 'en';
}

function knownLanguage(tag: string | undefined): Language | undefined {
  const primary = tag?.toLowerCase().split('-')[0];
  return LANGUAGES.find((language) => language === primary);
}
