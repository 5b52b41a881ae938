/*
 * What people write without saying anything: greetings, thanks, yes and no, asking for a person,
 * good-bye. Phrases are folded before they are used: case, accents and punctuation do not matter.
 */

/** By language; phrases are separated by `|`. */
export const SMALL_TALK: readonly string[] = phrases(
  // English
  'hi|hello|hey|hiya|howdy|hi there|hello there|hey there|greetings|good morning|good afternoon',
  'good evening|good day|morning|evening|how are you|how are you doing|i am fine|im fine|fine',
  'are you there|is anyone there|anyone there|anybody there|anyone|you there|dear sir or madam',
  'ok|okay|k|kk|okey|okok|alright|all right|sure|got it|i see|thanks|thank you|thank u|thx|ty',
  'cheers|many thanks|much appreciated|thank you so much|thank you very much|thanks so much',
  'thanks a lot|so much|very much|a lot|again|for your help|for the help|for your time|for that',
  'yes|yeah|yep|yup|yes please|please|no|nope|nah|no thanks|no thank you|maybe|of course|correct',
  'right|exactly|perfect|great|good|nice|cool|awesome|wonderful|excellent|lovely|sounds good',
  'that works|works for me|that works for me|that is fine|thats fine|will do|sounds great',
  'that would be great|that is great|thats great|agreed|deal|thats all|that is all|that s all',
  'that s it|nothing else|done|one moment|hold on|wait|just a second|bye|bye bye|goodbye|see you',
  'take care|have a nice day|have a good day|have a great day|you too|same to you|welcome',
  'you re welcome|you are welcome|no problem|no worries|np|lol|haha|hmm|help|help me|i need help',
  'can you help me|can you help|could you help me|i have a question|question|test|testing|agent',
  'human|operator|start|agent please|speak to an agent|talk to an agent|speak to a human',
  'real person|talk to a human|stop|sir|madam|maam|then|and|oh|ah|well|so',
  // German
  'hallo|guten tag|guten morgen|guten abend|moin|moin moin|servus|gruss gott|grusse|viele grusse',
  'liebe grusse|mit freundlichen grussen|mfg|lg|ja|nein|ja bitte|nein danke|danke|danke schon',
  'dankeschon|vielen dank|vielen lieben dank|herzlichen dank|bitte|bitte schon|alles klar',
  'in ordnung|passt|super|prima|gut|sehr gut|genau|klar|gerne|tschuss|auf wiedersehen',
  'schonen tag|schonen tag noch|einen schonen tag|ich brauche hilfe|hilfe|ich habe eine frage',
  'ist da jemand|gern geschehen|fur ihre hilfe|fur die hilfe|mitarbeiter',
  // Spanish
  'hola|buenas|buenos dias|buenas tardes|buenas noches|que tal|si|si por favor|gracias',
  'muchas gracias|mil gracias|no gracias|por favor|vale|de acuerdo|esta bien|muy bien|bien',
  'perfecto|genial|claro|de nada|adios|hasta luego|que tenga buen dia|necesito ayuda|ayuda',
  'tengo una pregunta|listo|muy amable|por su ayuda|por la ayuda|hay alguien',
  // French
  'bonjour|bonsoir|salut|coucou|ca va|oui|oui merci|non|non merci|merci|merci beaucoup',
  'merci bien|s il vous plait|svp|stp|d accord|daccord|tres bien|parfait|bien sur|de rien',
  'je vous en prie|au revoir|bonne journee|a bientot|bonne soiree|j ai besoin d aide',
  'j ai une question|c est tout|pour votre aide|cordialement|il y a quelqu un',
  // Italian, Portuguese, Dutch
  'ciao|buongiorno|buonasera|salve|grazie|grazie mille|prego|va bene|perfetto|arrivederci',
  'per favore|no grazie|ola|oi|bom dia|boa tarde|boa noite|sim|nao|obrigado|obrigada',
  'muito obrigado|muito obrigada|tudo bem|tchau|ate logo|hoi|goedemorgen|goedemiddag|goedenavond',
  'goedendag|dank je|dank u|bedankt|dank je wel|dank u wel|nee|prima|tot ziens|alstublieft',
  'graag gedaan',
  // Polish, Turkish, Russian, Ukrainian
  'czesc|dzien dobry|dziekuje|tak|nie|prosze|dobrze|do widzenia|merhaba|selam|tesekkurler',
  'tesekkur ederim|evet|hayir|tamam|lutfen|привет|здравствуйте|добрый день|доброе утро',
  'добрый вечер|спасибо|спасибо большое|большое спасибо|да|нет|хорошо|ок|пожалуйста|до свидания',
  'понятно|привіт|дякую|так|ні|добре',
  // Arabic, Hebrew, Persian
  'مرحبا|اهلا|أهلا|السلام عليكم|وعليكم السلام|صباح الخير|مساء الخير|شكرا|شكرا جزيلا|شكرا لك',
  'شكرا لكم|نعم|لا|لا شكرا|حسنا|تمام|من فضلك|مع السلامة|ممتاز|طيب|اوكي|שלום|היי|הי|בוקר טוב',
  'ערב טוב|צהריים טובים|תודה|תודה רבה|כן|לא|לא תודה|בסדר|אוקיי|בבקשה|מעולה|להתראות|יום טוב|סבבה',
  'סלאם|سلام|ممنون|بله|نه|خداحافظ|مرسی|متشکرم',
  // Hindi, Thai, Vietnamese, Indonesian
  'नमस्ते|धन्यवाद|हाँ|हां|नहीं|ठीक है|xin chao|cam on|vang|khong|halo|selamat pagi|selamat siang',
  'terima kasih|ya|tidak|baik|tolong',
);

/** The same for scripts that put no space between words: these are taken out wherever they stand. */
export const UNSPACED_SMALL_TALK: readonly string[] = phrases(
  // Japanese
  'ありがとうございました|ありがとうございます|ありがとう|よろしくお願いいたします|よろしくお願いします|お願いします|お願いいたします|お世話になっております|お世話になります',
  'おはようございます|おはよう|こんにちは|こんばんは|はじめまして|すみません|もしもし|わかりました|分かりました|承知しました|了解しました|了解です|了解|大丈夫です|さようなら',
  '失礼します|そうです|いいえ|はい|どうも',
  // Chinese
  '你好|您好|早上好|下午好|晚上好|谢谢你|谢谢您|谢谢|謝謝|多谢|非常感谢|好的|好吧|知道了|明白了|明白|是的|对的|不用了|没有了|再见|请问|在吗|有人吗|不客气|麻烦了',
  '可以|收到',
  // Korean
  '안녕하세요|안녕히 계세요|안녕|감사합니다|고맙습니다|고마워요|네|예|아니요|알겠습니다|괜찮습니다|부탁드립니다|수고하세요',
  // Thai
  'สวัสดีครับ|สวัสดีค่ะ|สวัสดี|ขอบคุณครับ|ขอบคุณค่ะ|ขอบคุณ|ครับ|ค่ะ|ใช่|ไม่ใช่|ตกลง',
);

function phrases(...lines: readonly string[]): string[] {
  return lines.flatMap((line) => line.split('|'));
}
