export const LANGUAGES = ['en', 'de', 'es', 'fr'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Words that hold sentences together, in lower case: they tell the language, and nothing else. */
export const FUNCTION_WORDS: Readonly<Record<Language, ReadonlySet<string>>> = {
  en: words('the and is are was were i my you your it this that have has not with for to of but'),
  de: words('der die das und ist sind war ich sie mein meine nicht mit für von aber ein eine es'),
  es: words('el la los las y es son fue yo mi su no con para de pero un una que muy lo está'),
  fr: words("le la les et est sont je j'ai mon ma vous ne pas avec pour de mais un une que très"),
};

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
