import { describe, expect, test } from '@jest/globals';
import { addressKind, guardedLookup, type Resolve } from '../../src/webhooks/addressGuard.js';
import { urlProblem } from '../../src/webhooks/webhookRequest.js';

describe('where a webhook may lead', () => {
  test.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:93.184.216.34'])(
    '%s is public',
    (address) => {
      expect(addressKind(address)).toBe('public');
    },
  );

  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '::1',
    'fd12:3456:789a::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
  ])('%s is private: allowed by the setting alone', (address) => {
    expect(addressKind(address)).toBe('private');
  });

  test.each([
    // The metadata services of clouds, and link-local as a whole.
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '169.254.0.1',
    '168.63.129.16',
    '100.100.100.200',
    'fd00:ec2::254',
    'fe80::1',
    // Not an endpoint at all.
    '0.0.0.0',
    '::',
    '255.255.255.255',
    '224.0.0.1',
    'ff02::1',
    '192.0.0.192',
    '198.18.0.1',
    '203.0.113.7',
    '240.0.0.1',
    '2001:db8::1',
    // IPv4 that is carried inside of IPv6: 6to4, Teredo, NAT64, IPv4-compatible, site-local.
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '::7f00:1',
    'fec0::1',
    'not an address',
  ])('%s is never allowed', (address) => {
    expect(addressKind(address)).toBe('forbidden');
  });
});

describe('the URL of a webhook', () => {
  test.each([
    'https://hooks.example.com/notifier?team=7',
    'https://hooks.example.com:8443/',
    'https://93.184.216.34/hook',
    'https://[2606:2800:220:1:248:1893:25c8:1946]/hook',
    'https://münchen.example/hook',
  ])('%s is taken', (url) => {
    expect(urlProblem(url, false)).toBeUndefined();
  });

  test.each([
    'http://hooks.example.com/',
    'ftp://hooks.example.com/',
    'file:///etc/passwd',
    'gopher://hooks.example.com/',
    'not a url',
    'https://',
    'https://user:password@hooks.example.com/',
    'https://user@hooks.example.com/',
    'https://hooks.example.com@127.0.0.1/',
    'https://hooks.example.com/#fragment',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://127.0.0.1./',
    'https://①②⑦.0.0.1/',
    'https://10.1.2.3/',
    'https://192.168.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://2852039166/latest/meta-data',
    'https://[::1]/',
    'https://[::]/',
    'https://0.0.0.0/',
    'https://0/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://redis.localhost/',
    'https://metadata.google.internal/computeMetadata/v1/',
    'https://printer.local/',
  ])('%s is refused', (url) => {
    expect(urlProblem(url, false)).toEqual(expect.any(String));
  });

  test('may lead to the inside where that is allowed, and to link-local or metadata addresses never', () => {
    expect(urlProblem('http://127.0.0.1:8080/hook', true)).toBeUndefined();
    expect(urlProblem('http://crm.internal/hook', true)).toBeUndefined();
    expect(urlProblem('https://10.1.2.3/hook', true)).toBeUndefined();
    for (const url of [
      'http://169.254.169.254/',
      'http://[fe80::1]/',
      'http://0.0.0.0/',
      'http://100.100.100.200/',
      'http://[fd00:ec2::254]/',
      'http://user:password@127.0.0.1/',
    ]) {
      expect([url, urlProblem(url, true)]).toEqual([url, expect.any(String)]);
    }
  });
});

describe('a name', () => {
  const answering =
    (...addresses: string[]): Resolve =>
    (_host, _options, done) =>
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );

  const look = (resolve: Resolve, all: boolean) =>
    new Promise<unknown>((done) => {
      guardedLookup(false, resolve)('hooks.example.com', { all }, (error, address) =>
        done(error?.name ?? address),
      );
    });

  test.each([true, false])(
    'that leads to a public address is connected to (all: %s)',
    async (all) => {
      const found = await look(answering('93.184.216.34'), all);
      expect(found).toEqual(all ? [{ address: '93.184.216.34', family: 4 }] : '93.184.216.34');
    },
  );

  test.each(['127.0.0.1', '169.254.169.254', '::1', '::ffff:10.0.0.1', 'fe80::1%eth0'])(
    'that leads to %s is refused, also beside a public address',
    async (inside) => {
      for (const all of [true, false]) {
        expect(await look(answering(inside), all)).toBe('RefusedAddressError');
        expect(await look(answering('93.184.216.34', inside), all)).toBe('RefusedAddressError');
      }
    },
  );

  test('without an address is refused', async () => {
    expect(await look(answering(), true)).toBe('RefusedAddressError');
  });
});
