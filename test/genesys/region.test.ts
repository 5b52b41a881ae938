import { describe, expect, test } from '@jest/globals';
import platform from 'purecloud-platform-client-v2';
import { resolveEndpoints, resolveRegion } from '../../src/genesys/endpoints.js';

// Importing the SDK watches a file in the home directory; this ends the watch.
platform.ApiClient.config.setConfigPath('');

const regions = Object.entries(platform.PureCloudRegionHosts);

describe('regions', () => {
  test('every region of the SDK is known, with the same host', () => {
    expect(regions).toHaveLength(18);
    for (const [region, host] of regions) {
      expect(resolveRegion(region)).toEqual({ ok: true, host });
    }
  });

  test('no region is known that the SDK does not have', () => {
    const refused = resolveRegion('nowhere');
    if (refused.ok) throw new Error('nowhere is no region');
    expect(refused.expected.match(/\(/g)).toHaveLength(regions.length);
  });

  test.each([
    'us-east-1',
    'us_east_1',
    'US-EAST-1',
    ' us-east-1 ',
    'mypurecloud.com',
    'MyPureCloud.com',
    'https://mypurecloud.com/',
    'api.mypurecloud.com',
    'https://api.mypurecloud.com',
    'login.mypurecloud.com',
  ])('%j is us-east-1', (text) => {
    expect(resolveRegion(text)).toEqual({ ok: true, host: 'mypurecloud.com' });
  });

  test('a wrong region is refused with the list', () => {
    const refused = resolveRegion('us-east-9');
    if (refused.ok) throw new Error('us-east-9 is no region');
    expect(refused.expected).toContain('us-east-1 (mypurecloud.com)');
    expect(refused.expected).toContain('eusc-de-east-1 (edee1.eusc-pure.cloud)');
  });

  test.each(['', 'mypurecloud.com.evil.example', 'evil.example/mypurecloud.com'])(
    '%j is no region',
    (text) => {
      expect(resolveRegion(text).ok).toBe(false);
    },
  );
});

describe('endpoints', () => {
  test('a region has a login host, and the SDK knows its API host', () => {
    expect(resolveEndpoints({ region: 'eu-west-1' })).toEqual({
      login: 'https://login.mypurecloud.ie',
      api: 'https://api.mypurecloud.ie',
      engage: undefined,
      place: { environment: 'mypurecloud.ie' },
    });
  });

  test('a base URL serves both, path and port included, and wins over the region', () => {
    const endpoints = resolveEndpoints({
      region: 'eu-west-1',
      baseUrl: 'http://127.0.0.1:8080/genesys/',
      engageUrl: 'http://engage.test/',
    });
    expect(endpoints.login).toBe('http://127.0.0.1:8080/genesys');
    expect(endpoints.engage).toBe('http://engage.test');
  });

  test('an unknown region throws with the list', () => {
    expect(() => resolveEndpoints({ region: 'us-east-9' })).toThrow(
      /us-east-1 \(mypurecloud\.com\)/,
    );
  });
});
