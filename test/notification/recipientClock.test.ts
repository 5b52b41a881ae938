import { describe, expect, test } from '@jest/globals';
import { zoneOfCountries, zoneOfRecipient } from '../../src/notification/recipientClock.js';

describe('the zone of a recipient', () => {
  test('is that of the request, then of the contact, then of the phone number', () => {
    const recipient = { timeZone: 'Asia/Tokyo', phone: '+4915112345678' };
    expect(zoneOfRecipient({ recipient, contactCountry: 'FR' })).toBe('Asia/Tokyo');
    const { phone } = recipient;
    expect(zoneOfRecipient({ recipient: { phone }, contactCountry: 'FR' })).toBe('Europe/Paris');
    expect(zoneOfRecipient({ recipient: { phone } })).toBe('Europe/Berlin');
    expect(zoneOfRecipient({ recipient: {} })).toBeUndefined();
  });

  test('falls through to the phone number when the contact lives in a country of many zones', () => {
    const recipient = { phone: '+4915112345678' };
    expect(zoneOfRecipient({ recipient, contactCountry: 'US' })).toBe('Europe/Berlin');
  });

  test.each([
    ['+447700900123', 'Europe/London'],
    ['+441534700000', 'Europe/London'],
    ['+393331234567', 'Europe/Rome'],
    ['+4799999999', 'Europe/Oslo'],
    ['+81312345678', 'Asia/Tokyo'],
    ['+18765550100', 'America/Jamaica'],
    ['+358401234567', 'Europe/Helsinki'],
  ])('%s lives in a country with one clock: %s', (phone, zone) => {
    expect(zoneOfRecipient({ recipient: { phone } })).toBe(zone);
  });

  test.each([
    ['the United States', '+12125550100'],
    ['Canada', '+14165550100'],
    ['no area that is known', '+15550100123'],
    ['Russia', '+79161234567'],
    ['Australia', '+61412345678'],
    ['Brazil', '+5511987654321'],
    ['Spain with the Canaries', '+34612345678'],
    ['no country at all', '+800123456789'],
  ])('nothing is said of a number of %s', (_of, phone) => {
    expect(zoneOfRecipient({ recipient: { phone } })).toBeUndefined();
  });

  test('zones of one country that show the same time are one', () => {
    expect(zoneOfCountries(['de'])).toBe('Europe/Berlin');
    expect(zoneOfCountries(['PT'])).toBeUndefined();
    expect(zoneOfCountries(['not a country'])).toBeUndefined();
    expect(zoneOfCountries(['ZZ'])).toBeUndefined();
    expect(zoneOfCountries([])).toBeUndefined();
  });
});
