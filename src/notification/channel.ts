/** The ways a notification can reach a customer, each one endpoint of Genesys Cloud. */
export const CHANNELS = ['web', 'email', 'engage', 'sms'] as const;

export type Channel = (typeof CHANNELS)[number];
