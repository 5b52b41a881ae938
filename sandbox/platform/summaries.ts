import { type Answer, accepted, notFound, refused } from '../answer.js';
import type { Conversation, Language } from '../population/population.js';
import type { World } from '../state.js';
import type { Call } from './call.js';
import { participantsOf } from './participants.js';

interface Words {
  language: string;
  reason: string;
  resolution: string;
  followup: string;
}

/** Genesys tells languages by tags of language and region. */
const WORDS: Record<Language, Words> = {
  en: {
    language: 'en-us',
    reason: 'The customer wrote: ',
    resolution: 'The agent answered the question.',
    followup: 'No follow-up was agreed.',
  },
  de: {
    language: 'de-de',
    reason: 'Der Kunde schrieb: ',
    resolution: 'Die Frage wurde beantwortet.',
    followup: 'Es wurde nichts Weiteres vereinbart.',
  },
  es: {
    language: 'es-es',
    reason: 'El cliente escribió: ',
    resolution: 'El agente respondió a la pregunta.',
    followup: 'No se acordó ningún seguimiento.',
  },
  ja: {
    language: 'ja-jp',
    reason: 'お客様のお問い合わせ: ',
    resolution: '質問に回答しました。',
    followup: '今後の対応はありません。',
  },
  ar: {
    language: 'ar-ae',
    reason: 'كتب العميل: ',
    resolution: 'أجاب الموظف عن السؤال.',
    followup: 'لم يتم الاتفاق على متابعة.',
  },
  he: {
    language: 'he-il',
    reason: 'הלקוח כתב: ',
    resolution: 'הנציג ענה על השאלה.',
    followup: 'לא סוכם על המשך טיפול.',
  },
};

const EXCERPT = 300;

/**
 * Genesys: ConversationSummariesGetResponse. Without the feature the platform's answer is not
 * documented: a 404, a 403 or an empty summary, as the setting `summaries` says.
 */
export function getSummaries(world: World, { id }: Call): Answer {
  const conversation = world.population.conversation(id);
  if (conversation === undefined) return notFound('The requested conversation was not found.');
  const { summaries } = world.settings;
  switch (summaries) {
    case 'off':
      return notFound('The conversation has no summary.');
    case 'forbidden':
      return refused(403, 'not.authorized', 'Summaries are not enabled for this organization.');
    case 'empty':
      return accepted(listing(conversation, null));
    case 'on':
      return accepted(listing(conversation, summaryOf(world, conversation)));
    default:
      throw new Error(`unhandled setting ${summaries satisfies never}`);
  }
}

function listing({ id }: Conversation, summary: object | null): object {
  return {
    conversation: { id, selfUri: `/api/v2/conversations/${id}` },
    ...(summary === null ? {} : { summary }),
    sessionSummaries: summary === null ? [] : [{ ...summary, communication: { id } }],
  };
}

/** Null while the conversation is open, or where the customer wrote no text. */
function summaryOf(world: World, conversation: Conversation): object | null {
  const { id, customerId, messages, media, endedAt } = conversation;
  const said = messages.flatMap(({ sender, body }) =>
    sender === 'customer' && body.type === 'text' ? [body.text] : [],
  );
  const [longest] = said.sort((a, b) => b.length - a.length);
  if (longest === undefined || endedAt === null) return null;
  const customer = customerId === null ? undefined : world.population.customer(customerId);
  const words = WORDS[world.settings.summaryLanguage ?? customer?.language ?? 'en'];
  const reason = `${words.reason}${longest.slice(0, EXCERPT)}`;
  return {
    // Derived from the conversation's id, so that a summary is the same whenever it is asked for.
    id: `e${id.slice(1)}`,
    text: `${reason} ${words.resolution}`,
    confidence: 0.87,
    status: 'Completed',
    mediaType: media === 'webmessaging' ? 'Webmessaging' : media === 'email' ? 'Email' : 'Message',
    language: words.language,
    predictedWrapupCodes: [],
    reason: { text: reason, confidence: 0.9 },
    followup: { text: words.followup, confidence: 0.6 },
    resolution: { text: words.resolution, confidence: 0.8, outcome: 'Resolved' },
    dateCreated: new Date(endedAt).toISOString(),
    participants: participantsOf(conversation, messages, customer).map((each) => ({ id: each.id })),
  };
}
