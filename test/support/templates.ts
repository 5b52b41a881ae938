import type { RedisClient } from '../../src/redis/redisClient.js';
import { TemplateCatalogue } from '../../src/templates/catalogue.js';

/** Makes two small web-and-email templates known, as an api or a worker does when it starts. */
export async function publishTestTemplate(redis: RedisClient, prefix: string): Promise<void> {
  const catalogue = new TemplateCatalogue(redis, prefix);
  const entry = (name: string, variables: Record<string, object>) => ({
    entry: {
      name,
      hash: `hash-of-${name}`,
      channels: ['web' as const, 'email' as const],
      defaultChannels: ['web' as const, 'email' as const],
      manifest: { description: name, variables },
    },
    content: '{}',
  });
  await catalogue.publish([
    entry('greeting', {}),
    entry('invitation', {
      place: { required: true, description: 'where', example: 'here', maxLength: 40 },
    }),
  ] as Parameters<TemplateCatalogue['publish']>[0]);
}
