/** What a column can say about a recipient; the name may also come in two parts. */
export const RECIPIENT_FIELDS = [
  'email',
  'externalContactId',
  'phone',
  'name',
  'timeZone',
  'country',
  'firstName',
  'lastName',
] as const;

export type RecipientField = (typeof RECIPIENT_FIELDS)[number];

/**
 * Names of columns as `folded` leaves them, from the exports of Salesforce, HubSpot, Genesys, Shopify,
 * Mailchimp, SAP, Dynamics, Outlook, Google and from people, in English, German, French and Spanish.
 *
 * In tiers: the first is the field's own name, and of two columns the one in the earlier tier counts.
 * Two in one tier could both be meant. A mobile number goes before any other: it is for SMS.
 */
const TIERS: Record<RecipientField, readonly string[]> = {
  email: [
    'email',
    `mail emailaddress mailaddress customeremail contactemail emailaddress1 primaryemail personemail
     personaccountemail clientemail useremail emailadr smtpaddr smtpaddress
     emailadresse mailadresse elektronischepost kundenemail emailkunde
     adressemail adresseemail adresseelectronique adressecourriel courriel courrielclient mel
     adressedemessagerie adressedemessagerieelectronique
     correo correoelectronico direcciondecorreo direcciondecorreoelectronico direccioncorreo
     direccionemail direcciondeemail emailcliente correodelcliente`,
    `workemail businessemail personalemail homeemail email1 email1value email1address
     emailgeschaftlich geschaftlicheemail emailprivat privateemail emaildienstlich
     emailprofessionnel emailpersonnel emailpro correodeltrabajo correopersonal emailpersonal`,
  ],
  externalContactId: [
    'externalcontactid',
    'contactid externalcontact genesyscontactid genesyscloudcontactid externalcontactguid',
  ],
  phone: [
    'phone',
    `mobile mobilephone mobilenumber mobilephonenumber mobilephone1 cell cellphone cellnumber
     cellphonenumber cellular personmobilephone smsphone smsnumber smsphonenumber
     handy handynummer handynr mobil mobiltelefon mobilnummer mobilnr mobilfunk mobilfunknummer
     telefonmobil
     portable telephoneportable telportable telephonemobile telmobile numerodeportable
     movil telefonomovil celular telefonocelular numerodemovil numeromovil`,
    `phonenumber tel telephone telephonenumber telephone1 primaryphone mainphone phone1 phone1value
     defaultaddressphone customerphone contactphone
     telefon telefonnummer telefonnr telnr rufnummer festnetz
     numerodetelephone numerotelephone numtel notelephone notel
     telefono numerodetelefono numerotelefono`,
    `homephone workphone businessphone companyphone otherphone officephone billingphone shippingphone
     home work telephone2 phone2value
     telefonprivat telefongeschaftlich telefondienstlich
     telephonedomicile telephonebureau telephoneprofessionnel telephonepersonnel
     telefonoparticular telefonodeltrabajo telefonofijo`,
  ],
  name: [
    'name',
    `fullname customername contactname displayname clientname recipientname
     vollstandigername anzeigename kundenname ansprechpartner kontaktname
     nomcomplet nometprenom prenomnom nomprenom nomduclient nomclient nomaffiche
     nombrecompleto nombreyapellidos nombreyapellido nombredelcliente nombrecliente`,
  ],
  timeZone: ['timezone', 'tz timezoneid zeitzone fuseauhoraire zonahoraria husohorario'],
  country: [
    'country',
    `countrycode countryorregion countryregion mailingcountry
     land landercode landerschlussel landeskennzeichen landkz
     pays codepays paysregion pais codigodepais paisregion`,
    'billingcountry shippingcountry defaultaddresscountrycode homecountry businesscountry',
  ],
  firstName: [
    'firstname',
    `givenname forename fname personfirstname contactfirstname customerfirstname
     vorname vornamen rufname prenom prenoms nombre nombres nombredepila primernombre`,
  ],
  lastName: [
    'lastname',
    `surname familyname lname personlastname contactlastname customerlastname
     nachname familienname zuname nom nomdefamille apellido apellidos primerapellido`,
  ],
};

interface Known {
  field: RecipientField;
  /** Its tier; 0 is the field's own name. */
  rank: number;
}

const KNOWN: ReadonlyMap<string, Known> = new Map(
  RECIPIENT_FIELDS.flatMap((field) =>
    TIERS[field].flatMap((names, rank) =>
      names.split(/\s+/).map((name) => [name, { field, rank }] as const),
    ),
  ),
);

/**
 * Names that differ only in case, separators and accents are the same: `E-Mail`, `e_mail` and `EMAIL`,
 * `Prénom` and `prenom`. Where a letter was lost (U+FFFD), the name is not known.
 */
export function folded(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\ufffd]/gu, '');
}

/** The field that a column of this (folded) name means, and how surely. */
export function fieldNamed(name: string): Known | undefined {
  return KNOWN.get(name);
}

/** In German exports, a `Name` beside a `Vorname` is the surname. */
export function isGermanFirstName(name: string): boolean {
  return name === 'vorname' || name === 'vornamen';
}

const LIKE_EMAIL = /mail|courriel|correo|messagerie/;
const LIKE_PHONE = /phone|telefon|telefono|mobil|movil|celular|handy|portable|rufnummer/;

/** What a (folded) name that is not known seems to mean: good for a proposal, not for a decision. */
export function addressLike(name: string): 'email' | 'phone' | undefined {
  if (LIKE_EMAIL.test(name)) return 'email';
  return LIKE_PHONE.test(name) ? 'phone' : undefined;
}
