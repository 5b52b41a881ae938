import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { isSecret, makeSecret, signedHeaders } from '../../src/webhooks/webhookSignature.js';

const MESSAGE = { id: '1796032930871-0', body: '{"type":"notification.sent","text":"ü"}' };

test('a signature is one that another implementation of Standard Webhooks accepts', () => {
  const secret = makeSecret();
  const headers = signedHeaders([{ secret, createdAt: 0 }], MESSAGE, Date.now());
  expect(new Webhook(secret).verify(MESSAGE.body, headers)).toEqual(JSON.parse(MESSAGE.body));
  expect(() => new Webhook(secret).verify(`${MESSAGE.body} `, headers)).toThrow();
  expect(() => new Webhook(makeSecret()).verify(MESSAGE.body, headers)).toThrow();
});

test('the example of the specification is signed as it is there', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
  const headers = signedHeaders([{ secret, createdAt: 0 }], message, 1_614_265_330_000);
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('while a key rotates each of both verifies, and the earlier one no longer after its end', () => {
  const now = Date.now();
  const [before, after] = [makeSecret(), makeSecret()];
  const secrets = [
    { secret: after, createdAt: now },
    { secret: before, createdAt: 0, until: now + 1_000 },
  ];
  const during = signedHeaders(secrets, MESSAGE, now);
  for (const secret of [before, after]) new Webhook(secret).verify(MESSAGE.body, during);
  const later = signedHeaders(secrets, MESSAGE, now + 1_000);
  new Webhook(after).verify(MESSAGE.body, later);
  expect(() => new Webhook(before).verify(MESSAGE.body, later)).toThrow();
});

test.each([
  ['a made one', makeSecret(), true],
  ['24 bytes', `whsec_${Buffer.alloc(24, 7).toString('base64')}`, true],
  ['64 bytes', `whsec_${Buffer.alloc(64, 7).toString('base64')}`, true],
  ['23 bytes', `whsec_${Buffer.alloc(23, 7).toString('base64')}`, false],
  ['65 bytes', `whsec_${Buffer.alloc(65, 7).toString('base64')}`, false],
  ['one without its prefix', Buffer.alloc(32, 7).toString('base64'), false],
  ['one that is no base64', `whsec_${'?'.repeat(44)}`, false],
])('%s is a secret: %s %s', (_what, secret, isOne) => {
  expect(isSecret(secret)).toBe(isOne);
});
