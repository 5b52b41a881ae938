import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type PrivateRedis, type ServerName, startPrivateRedis } from '../../support/redis.js';
import { type SentinelServer, startSentinel } from '../../support/sentinel.js';

const SENTINELS = 3;
const QUORUM = 2;
const SETTINGS = [
  'sentinel down-after-milliseconds main 1000',
  'sentinel failover-timeout main 5000',
];

export interface RunningSentinels {
  /** As REDIS_URL takes it. */
  url: string;
  /** Ends the master; resolves once the Sentinels have made the replica master. */
  killMaster(): Promise<void>;
  /** Starts what was killed again; the Sentinels make it a replica of the new master. */
  restartKilled(): Promise<void>;
  stop(): Promise<void>;
}

/** A master with a replica, both with the append-only file on, and three Sentinels. */
export async function startSentinels(server: ServerName): Promise<RunningSentinels> {
  const persisted = ['--appendonly', 'yes'];
  const first = await startPrivateRedis({ server, args: persisted });
  const replicaOf = ['--replicaof', '127.0.0.1', String(first.port)];
  const second = await startPrivateRedis({ server, args: [...persisted, ...replicaOf] });
  await untilInfo(second, 'master_link_status:up');
  const sentinels: SentinelServer[] = [];
  for (let n = 0; n < SENTINELS; n += 1) {
    sentinels.push(await startSentinel(first.port, { quorum: QUORUM, lines: SETTINGS }));
  }
  const [asked] = sentinels;
  if (asked === undefined) throw new Error('no Sentinel');
  const control = new Redis(`redis://${asked.address}`, { maxRetriesPerRequest: null });
  control.on('error', () => undefined);
  const knows = async (field: string, value: number) => {
    const told = (await control.call('SENTINEL', 'MASTER', 'main')) as string[];
    return Number(told[told.indexOf(field) + 1]) >= value;
  };
  while (!(await knows('num-other-sentinels', SENTINELS - 1))) await pause(50);
  while (!(await knows('num-slaves', 1))) await pause(50);
  const masterPort = async () => {
    const address = (await control.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main')) as string[];
    return Number(address[1]);
  };
  const killed: PrivateRedis[] = [];
  return {
    url: `redis+sentinel://${sentinels.map(({ address }) => address).join(',')}/main`,
    async killMaster() {
      const port = await masterPort();
      const [master, replica] = port === first.port ? [first, second] : [second, first];
      killed.push(master);
      await master.kill('SIGKILL');
      while ((await masterPort()) !== replica.port) await pause(50);
    },
    async restartKilled() {
      for (const node of killed.splice(0)) {
        await node.restart();
        await untilInfo(node, 'role:slave', 'master_link_status:up');
      }
    },
    async stop() {
      control.disconnect();
      for (const node of [...sentinels, second, first]) await node.stop();
    },
  };
}

async function untilInfo(node: PrivateRedis, ...words: readonly string[]): Promise<void> {
  const redis = new Redis(node.url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  for (;;) {
    const info = await redis.info('replication');
    if (words.every((word) => info.includes(word))) break;
    await pause(50);
  }
  redis.disconnect();
}
