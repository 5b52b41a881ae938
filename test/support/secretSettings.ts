/** A usable value for every setting that is a secret or holds one. */
export const SECRET_SETTINGS = {
  REDIS_URL: 'redis://user:a-password@127.0.0.1:6379',
  GENESYS_CLOUD_CLIENT_ID: 'an-id-of-a-client',
  GENESYS_CLOUD_CLIENT_SECRET: 'a-secret-of-a-client',
  GENESYS_EMAIL_FROM: 'care@notify.example.com',
  GENESYS_EMAIL_FROM_NAME: 'Customer Care',
  GENESYS_EMAIL_REPLY_TO: 'answers@example.com',
  GENESYS_SMS_FROM: '+4915112345678',
  NOTIFY_ONLY_TO: 'tester@example.com,@example.org',
  NOTIFIER_SECRET: 'a-notifier-secret-of-29-chars',
  API_KEYS: 'billing:a-key-of-billing-1,shop:a-key-of-the-shop-2',
  DASHBOARD_USER: 'operations-desk',
  DASHBOARD_PASSWORD: 'a-long-password',
  CONSOLE_USERS: `a-console-user:viewer:$scrypt$ln=14,r=8,p=5$${'c2Fs'.repeat(4)}$${'aGFz'.repeat(8)}`,
  OIDC_CLIENT_SECRET: 'a-secret-of-the-console',
} as const;

export type SecretSetting = keyof typeof SECRET_SETTINGS;

export const SECRET_NAMES = Object.keys(SECRET_SETTINGS) as SecretSetting[];
