import { describe, expect, test } from '@jest/globals';
import { SETTING_NAMES } from '../../src/config.js';
import {
  CHANNEL_FACTS,
  isConfigured,
  mayBeReached,
  settingsOf,
  unreachable,
} from '../../src/notification/channelFacts.js';
import { CHANNELS, type Channel } from '../../src/notification/state.js';
import { PART_NAMES, partsOf } from '../../src/templates/templateParts.js';

const EVERY_SETTING = {
  GENESYS_WEB_DEPLOYMENT_ID: 'd',
  GENESYS_EMAIL_FROM: 'news@example.com',
  GENESYS_ENGAGE_URL: 'https://engage.example.com',
  GENESYS_SMS_FROM: '+4930123456',
};

describe('the table of channels', () => {
  test('names only settings that exist, each needed once however many channels share it', () => {
    const needed = settingsOf(CHANNELS).map(([name]) => name);
    expect(needed.filter((name) => !SETTING_NAMES.includes(name))).toEqual([]);
    expect(new Set(needed).size).toBe(needed.length);
    expect(settingsOf(['engage', 'email']).map(([name]) => name)).toEqual([
      'GENESYS_EMAIL_FROM',
      'GENESYS_ENGAGE_URL',
    ]);
  });

  test.each(CHANNELS)(
    '%s is not configured as long as one of its settings is missing',
    (channel) => {
      expect(isConfigured(channel, EVERY_SETTING)).toBe(true);
      for (const name of Object.keys(CHANNEL_FACTS[channel].settings)) {
        expect(isConfigured(channel, { ...EVERY_SETTING, [name]: undefined })).toBe(false);
        expect(unreachable(channel, { ...EVERY_SETTING, [name]: undefined }, {})).toBe(
          'not_configured',
        );
      }
    },
  );

  test.each<[Channel, object]>([
    ['web', { externalContactId: 'c' }],
    ['email', { email: 'a@example.com' }],
    ['engage', { email: 'a@example.com' }],
    ['sms', { phone: '+4930123456' }],
  ])('%s is sent to one address of an addressee, and to no other', (channel, to) => {
    expect(unreachable(channel, EVERY_SETTING, to)).toBeUndefined();
    const all = { externalContactId: 'c', email: 'a@example.com', phone: '+4930123456' };
    const others = Object.entries(all).filter(([field]) => !(field in to));
    expect(unreachable(channel, EVERY_SETTING, Object.fromEntries(others))).toBe('no_address');
  });

  test('a contact may be found by email before it is looked up, so web may reach an email address', () => {
    expect(mayBeReached(['web'], { email: 'a@example.com' })).toBe(true);
    expect(mayBeReached(['web'], { phone: '+4930123456' })).toBe(false);
    expect(mayBeReached(['sms', 'engage'], { email: 'a@example.com' })).toBe(true);
    expect(mayBeReached(['sms'], { email: 'a@example.com' })).toBe(false);
    expect(mayBeReached([], { email: 'a@example.com' })).toBe(false);
  });

  test('a 409 says "in a conversation" where a customer can be in one, and elsewhere refuses', () => {
    const conflicts = CHANNELS.map((channel) => [channel, CHANNEL_FACTS[channel].conflict]);
    expect(Object.fromEntries(conflicts)).toEqual({
      web: 'active_conversation',
      email: 'refused',
      engage: 'refused',
      sms: 'active_conversation',
    });
  });

  test('parts have the names, kinds and limits that templates are written for', () => {
    expect([...PART_NAMES].sort()).toEqual([
      'email.html',
      'email.subject',
      'email.text',
      'sms',
      'web',
    ]);
    expect(partsOf('engage')).toEqual([
      ['subject', { name: 'email.subject', kind: 'header', limit: 400 }],
      ['html', { name: 'email.html', kind: 'html', limit: 100_000 }],
    ]);
    expect(partsOf('sms')).toEqual([['text', { name: 'sms', kind: 'text', limit: 765 }]]);
  });
});
