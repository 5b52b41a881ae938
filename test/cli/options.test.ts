import { describe, expect, test } from '@jest/globals';
import { printable } from '../../src/cli/output.js';
import { optionNameOf, optionProblems, requestFrom } from '../../src/cli/send/options.js';

const NOTHING = { var: [], historyRequired: true };

describe('the options of send', () => {
  test('become a request with nothing in it that was not said', () => {
    const options = { ...NOTHING, to: 'customer@example.com', template: 'follow-up' };
    expect(requestFrom(options)).toEqual({
      recipient: { email: 'customer@example.com' },
      template: 'follow-up',
    });
  });

  test('can say everything', () => {
    const options = {
      to: 'customer@example.com',
      contact: 'c-1',
      phone: '+15550100001',
      name: 'Dana',
      template: 'order-update',
      var: ['orderNumber=A-1', 'note=a=b'],
      channels: 'sms, email',
      historyRequired: false,
      id: 'x',
      sendAt: '2030-01-01T00:00:00Z',
      deadline: '2030-01-02T00:00:00Z',
      priority: 'campaign',
    };
    expect(requestFrom(options)).toEqual({
      id: 'x',
      recipient: {
        email: 'customer@example.com',
        externalContactId: 'c-1',
        phone: '+15550100001',
        name: 'Dana',
      },
      template: 'order-update',
      variables: { orderNumber: 'A-1', note: 'a=b' },
      channels: ['sms', 'email'],
      history: { required: false },
      sendAt: '2030-01-01T00:00:00Z',
      deadline: '2030-01-02T00:00:00Z',
      priority: 'campaign',
    });
  });

  test.each(['novalue', '=value'])('refuse the variable %s', (text) => {
    expect(optionProblems({ ...NOTHING, var: [text] })).toEqual([
      { field: '--var', expected: 'name=value' },
    ]);
  });

  test('do not let a dry run be waited for', () => {
    const problems = optionProblems({ ...NOTHING, wait: true, dryRun: true });
    expect(problems.map(({ field }) => field)).toEqual(['--wait']);
  });

  test.each([
    ['recipient.email', '--to (recipient.email)'],
    ['channels.1', '--channels (channels.1)'],
    ['variables.orderNumber', '--var (variables.orderNumber)'],
    ['(request)', '(request)'],
  ])('the field %s is named %s', (field, name) => {
    expect(optionNameOf(field)).toBe(name);
  });
});

describe('text for a terminal', () => {
  test('keeps line breaks and every script', () => {
    expect(printable('Grüße\nسارة 🎂')).toBe('Grüße\nسارة 🎂');
  });

  test.each([
    ['an escape sequence', '\u001b]0;owned\u0007hi', ']0;ownedhi'],
    ['a carriage return', 'sent\rnot sent', 'sentnot sent'],
    ['an eight-bit control sequence', '\u009b31mred', '31mred'],
    ['a direction override', 'a\u202Eb', 'ab'],
  ])('loses %s', (_what, text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});
