import type { Config } from '../config.js';
import type { GenesysSettings } from '../genesys/genesysClient.js';

/** How this deployment reaches Genesys Cloud. */
export function genesysSettings(config: Config): GenesysSettings {
  return {
    clientId: config.GENESYS_CLOUD_CLIENT_ID ?? '',
    clientSecret: config.GENESYS_CLOUD_CLIENT_SECRET ?? '',
    region: config.GENESYS_CLOUD_REGION,
    baseUrl: config.GENESYS_CLOUD_BASE_URL,
    engageUrl: config.GENESYS_ENGAGE_URL,
  };
}
