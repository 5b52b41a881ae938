/**
 * Removes what the demo stored in a Redis that is not its own. Loaded late: packages may only just
 * have been installed.
 */
export async function removeKeys(urls, prefix) {
  const { Redis } = await import('ioredis');
  for (const url of urls.split(',').map((part) => part.trim())) {
    const redis = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => null });
    redis.on('error', () => {});
    try {
      for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 1000 })) {
        if (keys.length > 0) await redis.unlink(...keys);
      }
    } catch {
      // A replica of a cluster, or a Redis that has just gone: the keys expire by themselves.
    } finally {
      redis.disconnect();
    }
  }
}
