import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import {
  EVERYSEC,
  type PrivateRedis,
  type RedisInPlay,
  type RedisTools,
  type Sentinel,
  type ServerName,
} from './redisServer.js';

const SENTINELS = 3;
const LOOK_EVERY_MS = 100;
const QUICK = [
  'sentinel down-after-milliseconds main 1000',
  'sentinel failover-timeout main 5000',
] as const;

/** A master with a replica behind three Sentinels. */
export async function behindSentinels(
  tools: RedisTools,
  server: ServerName | undefined,
): Promise<RedisInPlay> {
  const first = await tools.startRedis({ server, args: EVERYSEC });
  const replicaOf = ['--replicaof', '127.0.0.1', String(first.port)];
  const second = await tools.startRedis({ server, args: [...EVERYSEC, ...replicaOf] });
  await untilInSync(second);
  const lines = [`sentinel monitor main 127.0.0.1 ${first.port} 2`, ...QUICK];
  const sentinels: Sentinel[] = [];
  for (let n = 0; n < SENTINELS; n += 1) sentinels.push(await tools.startSentinel(lines));
  const control = new Redis(sentinels[0]?.port ?? 0, '127.0.0.1', { maxRetriesPerRequest: null });
  control.on('error', () => undefined);
  await untilTheyKnowEachOther(control);
  const masterPort = async () => {
    const answer = (await control.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main')) as string[];
    return Number(answer[1]);
  };
  const killed: PrivateRedis[] = [];
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/main`,
    server: first,
    failover: {
      async killMaster() {
        const port = await masterPort();
        const [master, replica] = port === first.port ? [first, second] : [second, first];
        killed.push(master);
        await master.kill('SIGKILL');
        while ((await masterPort()) !== replica.port) await pause(LOOK_EVERY_MS);
      },
      async restartKilled() {
        for (const node of killed.splice(0)) {
          await node.restart();
          await untilInSync(node);
        }
      },
    },
    async remove() {
      control.disconnect();
      for (const node of [...sentinels, second, first]) await node.stop();
    },
  };
}

async function untilInSync(node: PrivateRedis): Promise<void> {
  const redis = new Redis(node.url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  while (!(await redis.info('replication')).includes('master_link_status:up')) {
    await pause(LOOK_EVERY_MS);
  }
  redis.disconnect();
}

async function untilTheyKnowEachOther(control: Redis): Promise<void> {
  for (;;) {
    const answer = (await control.call('SENTINEL', 'MASTER', 'main')) as string[];
    const of = (field: string) => Number(answer[answer.indexOf(field) + 1]);
    if (of('num-other-sentinels') === SENTINELS - 1 && of('num-slaves') === 1) return;
    await pause(LOOK_EVERY_MS);
  }
}
