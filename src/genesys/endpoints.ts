import { resolveRegion } from './region.js';

export interface Endpoints {
  /** A base URL without a trailing slash. */
  login: string;
  api: string;
  engage: string | undefined;
  /** What the SDK is told: a region's host, or a gateway that serves API and login alike. */
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
