interface LanguageWords {
  /** Words by their score from -4 (insult) to 4 (delight). */
  scores: Readonly<Record<string, string>>;
  negations: readonly string[];
}

/**
 * What customers of a contact centre say when they are angry or pleased, in the languages the
 * library has no list for. Kept short on purpose: a word is here only if it hardly has another
 * meaning in such a conversation.
 */
export const SENTIMENT_WORDS = {
  de: {
    scores: {
      '-4': 'unverschämt unverschämtheit betrug betrüger saftladen scheiße',
      '-3': 'katastrophe katastrophal furchtbar schrecklich unmöglich inakzeptabel frechheit wütend sauer empört entsetzt miserabel',
      '-2': 'enttäuscht enttäuschend enttäuschung ärgerlich verärgert schlecht schlechte schlechter unzufrieden frustriert frustrierend kaputt defekt beschwerde beschweren ärger nervt falsch lächerlich unfreundlich',
      '2': 'zufrieden freundlich freundliche hilfreich gut super schön freue',
      '3': 'toll tolle toller klasse großartig begeistert hervorragend wunderbar perfekt ausgezeichnet spitze',
    },
    negations: ['nicht', 'kein', 'keine', 'keinen', 'keiner', 'nie', 'niemals', 'kaum'],
  },
  es: {
    scores: {
      '-4': 'estafa estafadores mierda sinvergüenzas',
      '-3': 'pésimo pésima horrible terrible inaceptable vergüenza furioso furiosa indignado indignada desastre',
      '-2': 'decepcionado decepcionada decepcionante enfadado enfadada molesto molesta malo mala peor frustrado frustrada queja quejarme roto rota problema insatisfecho insatisfecha ridículo harto harta',
      '2': 'contento contenta satisfecho satisfecha amable amables feliz bueno buena útil',
      '3': 'excelente genial fantástico fantástica maravilloso maravillosa perfecto perfecta encantado encantada estupendo',
    },
    negations: ['no', 'nunca', 'ni', 'nada', 'poco', 'tampoco'],
  },
  fr: {
    scores: {
      '-4': 'arnaque arnaqueurs escrocs merde',
      '-3': 'inadmissible inacceptable scandaleux honteux horrible catastrophe catastrophique furieux furieuse lamentable',
      '-2': 'déçu déçue décevant mécontent mécontente énervé énervée mauvais mauvaise pire frustré frustrée plainte cassé cassée nul nulle ridicule insatisfait insatisfaite',
      '2': 'content contente satisfait satisfaite aimable gentil gentille utile heureux heureuse',
      '3': 'excellent excellente génial géniale fantastique formidable parfait parfaite ravi ravie super',
    },
    negations: ['pas', 'jamais', 'aucun', 'aucune', 'guère', 'peu'],
  },
} as const satisfies Record<string, LanguageWords>;
