/**
 * The platform's regions and their hosts. A copy of the SDK's own table (a test compares the two),
 * because checking a configuration must not cost the 36 MB and 100+ ms of loading the SDK.
 */
const HOSTS = {
  us_east_1: 'mypurecloud.com',
  eu_west_1: 'mypurecloud.ie',
  ap_southeast_2: 'mypurecloud.com.au',
  ap_northeast_1: 'mypurecloud.jp',
  eu_central_1: 'mypurecloud.de',
  us_west_2: 'usw2.pure.cloud',
  ca_central_1: 'cac1.pure.cloud',
  ap_northeast_2: 'apne2.pure.cloud',
  eu_west_2: 'euw2.pure.cloud',
  ap_south_1: 'aps1.pure.cloud',
  us_east_2: 'use2.us-gov-pure.cloud',
  sa_east_1: 'sae1.pure.cloud',
  me_central_1: 'mec1.pure.cloud',
  ap_northeast_3: 'apne3.pure.cloud',
  eu_central_2: 'euc2.pure.cloud',
  mx_central_1: 'mxc1.pure.cloud',
  ap_southeast_1: 'apse1.pure.cloud',
  eusc_de_east_1: 'edee1.eusc-pure.cloud',
} as const;

type RegionResult = { ok: true; host: string } | { ok: false; expected: string };

/**
 * Reads a region the way people write it: `us-east-1`, `us_east_1`, `US-EAST-1`, `mypurecloud.com`,
 * `https://api.mypurecloud.com/`. `host` is what the SDK calls the environment (`mypurecloud.com`);
 * `expected` is a sentence part that lists every region.
 */
export function resolveRegion(text: string): RegionResult {
  const name = text.trim().toLowerCase();
  const host = name
    .replace(/^https?:\/\//, '')
    .replace(/^(api|login|apps)\./, '')
    .replace(/\/+$/, '');
  const region = name.replaceAll('-', '_');
  for (const [knownRegion, knownHost] of Object.entries(HOSTS)) {
    if (region === knownRegion || host === knownHost) return { ok: true, host: knownHost };
  }
  const list = Object.entries(HOSTS)
    .map(([knownRegion, knownHost]) => `${knownRegion.replaceAll('_', '-')} (${knownHost})`)
    .join(', ');
  return { ok: false, expected: `one of ${list}` };
}

export interface Endpoints {
  /** A base URL without a trailing slash. */
  login: string;
  api: string;
  engage: string | undefined;
  /** Where the SDK sends its requests: a region's host, or a gateway that serves API and login alike. */
  place: { environment: string } | { gateway: URL };
}

/** `baseUrl` wins over `region`. Throws when neither leads anywhere: configuration checks first. */
export function resolveEndpoints(settings: {
  region?: string;
  baseUrl?: string;
  engageUrl?: string;
}): Endpoints {
  const engage = settings.engageUrl === undefined ? undefined : withoutSlash(settings.engageUrl);
  if (settings.baseUrl !== undefined) {
    const gateway = new URL(settings.baseUrl);
    const base = withoutSlash(gateway.origin + gateway.pathname);
    return { login: base, api: base, engage, place: { gateway } };
  }
  const region = resolveRegion(settings.region ?? '');
  if (!region.ok) throw new Error(`Unknown Genesys Cloud region; expected ${region.expected}`);
  return {
    login: `https://login.${region.host}`,
    api: `https://api.${region.host}`,
    engage,
    place: { environment: region.host },
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
