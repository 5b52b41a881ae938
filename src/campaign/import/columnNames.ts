/** What a column can say about a recipient; the name may also come in two parts. */
export type RecipientField =
  | 'email'
  | 'externalContactId'
  | 'phone'
  | 'name'
  | 'timeZone'
  | 'country'
  | 'firstName'
  | 'lastName';

/** Written as `folded` leaves them. The first is the field's own name and wins over the others. */
const ALIASES: Record<RecipientField, readonly [string, ...string[]]> = {
  email: ['email', 'mail', 'emailaddress', 'mailaddress', 'customeremail', 'contactemail'],
  externalContactId: ['externalcontactid', 'contactid', 'externalcontact', 'genesyscontactid'],
  phone: [
    'phone',
    'phonenumber',
    'mobile',
    'mobilephone',
    'mobilenumber',
    'cell',
    'cellphone',
    'tel',
    'telephone',
    'telephonenumber',
  ],
  name: ['name', 'fullname', 'customername', 'contactname', 'displayname'],
  timeZone: ['timezone', 'tz'],
  country: ['country', 'countrycode'],
  firstName: ['firstname', 'givenname', 'forename'],
  lastName: ['lastname', 'surname', 'familyname'],
};

const FIELD_BY_ALIAS = new Map(
  (Object.entries(ALIASES) as [RecipientField, readonly string[]][]).flatMap(([field, aliases]) =>
    aliases.map((alias) => [alias, field] as const),
  ),
);

/**
 * Names that differ only in case and separators are the same: `E-Mail`, `e_mail` and `EMAIL`. Where a
 * letter was lost (U+FFFD), nobody knows what the name was.
 */
export function folded(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}\ufffd]/gu, '');
}

/** The field a column of this (folded) name means, and whether it is the field's own name. */
export function fieldNamed(
  name: string,
): { field: RecipientField; isOwnName: boolean } | undefined {
  const field = FIELD_BY_ALIAS.get(name);
  return field && { field, isOwnName: ALIASES[field][0] === name };
}
