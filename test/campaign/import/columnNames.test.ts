import { describe, expect, test } from '@jest/globals';
import { NO_CHOICES } from '../../../src/campaign/import/columnChoices.js';
import { mapColumns } from '../../../src/campaign/import/columns.js';

const BARE = { description: 'a template', variables: {} };

function fieldsOf(names: string[], choices = NO_CHOICES, channels = ['email' as const]) {
  const mapped = mapColumns(names, BARE, { choices, channels });
  if (!mapped.ok) throw new Error(JSON.stringify(mapped.problems));
  return Object.fromEntries(mapped.columns.recipient.map(({ field, at }) => [field, names[at]]));
}

describe('headers of common exports', () => {
  test.each([
    ['Salesforce', ['First Name', 'Last Name', 'Email', 'Mobile', 'Phone', 'Mailing Country']],
    [
      'HubSpot',
      ['Record ID', 'First Name', 'Last Name', 'Email', 'Phone Number', 'Mobile Phone Number'],
    ],
    [
      'a contact list of Genesys',
      ['inin-outbound-id', 'First Name', 'Last Name', 'Email', 'Cell', 'Home'],
    ],
    [
      'Shopify',
      ['First Name', 'Last Name', 'Email', 'Default Address Country Code', 'Phone', 'Tags'],
    ],
    ['Mailchimp', ['Email Address', 'FNAME', 'LNAME', 'Phone', 'MEMBER_RATING']],
    ['SAP', ['KUNNR', 'VORNAME', 'NACHNAME', 'SMTP_ADDR', 'TELNR']],
    ['Dynamics', ['First Name', 'Last Name', 'emailaddress1', 'Mobile Phone']],
    [
      'Outlook in English',
      ['First Name', 'Last Name', 'E-mail Address', 'Mobile Phone', 'Home Phone'],
    ],
    [
      'Outlook in German',
      ['Vorname', 'Nachname', 'E-Mail-Adresse', 'Mobiltelefon', 'Telefon (privat)'],
    ],
    [
      'Outlook in French',
      ['Prénom', 'Nom', 'Adresse de messagerie', 'Tél. mobile', 'Téléphone (domicile)'],
    ],
    [
      'Outlook in Spanish',
      ['Nombre', 'Apellidos', 'Dirección de correo electrónico', 'Teléfono móvil'],
    ],
  ])('of %s are understood', (_program, names) => {
    const fields = fieldsOf(names);
    expect(Object.keys(fields)).toEqual(
      expect.arrayContaining(['email', 'phone', 'firstName', 'lastName']),
    );
  });

  test('take a mobile number before any other, and two of one kind for none where no SMS is sent', () => {
    expect(fieldsOf(['email', 'Telefon', 'Handynummer'])['phone']).toBe('Handynummer');
    expect(fieldsOf(['email', 'Home Phone', 'Work Phone'])).toEqual({
      email: 'email',
      phone: 'Home Phone',
    });
    const bySms = mapColumns(['email', 'Home Phone', 'Work Phone'], BARE, {
      choices: NO_CHOICES,
      channels: ['sms'],
    });
    expect(bySms).toMatchObject({
      ok: false,
      problems: [{ column: 'Work Phone', suggestion: { column: 'Home Phone', as: 'phone' } }],
    });
  });

  test('in German, a Name beside a Vorname is the surname', () => {
    expect(fieldsOf(['email', 'Name', 'Vorname'])).toMatchObject({
      firstName: 'Vorname',
      lastName: 'Name',
    });
    expect(fieldsOf(['email', 'Name', 'First name'])).toMatchObject({ name: 'Name' });
  });

  test('are overruled by what the importer says, whatever the columns are called', () => {
    const map = { Kontaktweg: 'email', 'e-mail 2': 'phone' };
    expect(fieldsOf(['email', 'Kontaktweg', 'E-Mail 2'], { map, ignore: [] })).toEqual({
      email: 'Kontaktweg',
      phone: 'E-Mail 2',
    });
    expect(fieldsOf(['email', 'Phone'], { map: {}, ignore: ['PHONE'] })).toEqual({
      email: 'email',
    });
  });

  test('are named where the importer speaks of a column or a field that is not there', () => {
    const problems = (map: Record<string, string>, ignore: string[] = []) => {
      const mapped = mapColumns(['email', 'Ort'], BARE, { choices: { map, ignore }, channels: [] });
      return mapped.ok ? [] : mapped.problems;
    };
    expect(problems({ Stadt: 'name' })).toEqual([
      { column: 'Stadt', expected: 'a column of this name; found: email, Ort' },
    ]);
    expect(problems({ Ort: 'place' })).toEqual([
      { column: 'Ort', expected: expect.stringMatching(/^to be mapped to one of email, /) },
    ]);
    expect(problems({}, ['Stadt'])[0]?.expected).toMatch(/found: email, Ort$/);
  });

  test('without an address propose the column whose first cell is one, and never repeat it', () => {
    const mapped = mapColumns(['Kunde', 'Kontaktweg'], BARE, {
      choices: NO_CHOICES,
      channels: [],
      sample: ['Ann', 'ann@example.com'],
    });
    expect(mapped).toMatchObject({
      problems: [{ suggestion: { column: 'Kontaktweg', as: 'email' } }],
    });
    expect(JSON.stringify(mapped)).not.toContain('ann@');
  });
});
