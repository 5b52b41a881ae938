import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../support/freePort.js';
import { type PrivateRedis, type ServerName, startPrivateRedis } from '../../support/redis.js';

const MASTERS = 3;
const SLOTS = 16_384;
const NODE_TIMEOUT_MS = 1_500;

export interface RunningCluster {
  /** As REDIS_URL takes it. */
  url: string;
  /** Ends the master that holds the keys of `prefix`, and resolves once a replica has become master. */
  killMasterOf(prefix: string): Promise<void>;
  /** Has a replica of that master take over in good order. */
  handOver(prefix: string): Promise<void>;
  /** Starts again what was killed; it comes back as a replica. */
  restartKilled(): Promise<void>;
  stop(): Promise<void>;
}

/** Three masters with a replica each, with the append-only file on. */
export async function startCluster(server: ServerName): Promise<RunningCluster> {
  const nodes: PrivateRedis[] = [];
  const killed: PrivateRedis[] = [];
  const clients = new Map<PrivateRedis, Redis>();
  const ask = (node: PrivateRedis): Redis => {
    const known = clients.get(node);
    if (known !== undefined) return known;
    const client = new Redis(node.url, { maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    clients.set(node, client);
    return client;
  };
  for (let n = 0; n < MASTERS * 2; n += 1) {
    const args = ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())];
    args.push('--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--appendonly', 'yes');
    nodes.push(await startPrivateRedis({ server, args }));
  }
  await form(nodes, ask);

  const alive = () => nodes.filter((node) => !killed.includes(node));
  const masterOf = async (prefix: string): Promise<PrivateRedis> => {
    const [first] = alive();
    if (first === undefined) throw new Error('no node is left');
    const slot = await ask(first).cluster('KEYSLOT', prefix);
    for (;;) {
      for (const node of alive()) {
        const own = linesOf(await ask(node).cluster('NODES')).find((line) => line.isSelf);
        if (own?.isMaster && own.ranges.some(([from, to]) => slot >= from && slot <= to)) {
          return node;
        }
      }
      await pause(50);
    }
  };
  const replicaOf = async (master: PrivateRedis): Promise<PrivateRedis> => {
    const id = await ask(master).cluster('MYID');
    for (const node of alive()) {
      const own = linesOf(await ask(node).cluster('NODES')).find((line) => line.isSelf);
      if (own?.masterId === id) return node;
    }
    throw new Error('the master has no replica');
  };
  return {
    url: nodes.map(({ url }) => url).join(','),
    async killMasterOf(prefix) {
      const master = await masterOf(prefix);
      killed.push(master);
      await master.kill('SIGKILL');
      await masterOf(prefix);
    },
    async handOver(prefix) {
      const replica = await replicaOf(await masterOf(prefix));
      await ask(replica).cluster('FAILOVER');
      while ((await masterOf(prefix)) !== replica) await pause(50);
    },
    async restartKilled() {
      const back = killed.splice(0);
      await Promise.all(back.map((node) => node.restart()));
    },
    async stop() {
      for (const client of clients.values()) client.disconnect();
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

interface NodeLine {
  isSelf: boolean;
  isMaster: boolean;
  masterId: string;
  ranges: [from: number, to: number][];
}

/** `<id> <address> <flags> <master> <ping> <pong> <epoch> <link> <slot> …`, a line for each node. */
function linesOf(nodes: unknown): NodeLine[] {
  return String(nodes)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, , flags = '', masterId = '', , , , , ...slots] = line.split(' ');
      const ranges = slots
        .filter((slot) => /^\d/.test(slot))
        .map((slot): [number, number] => {
          const [from = 0, to = from] = slot.split('-').map(Number);
          return [from, to];
        });
      const words = flags.split(',');
      return {
        isSelf: words.includes('myself'),
        isMaster: words.includes('master'),
        masterId,
        ranges,
      };
    });
}

async function form(
  nodes: readonly PrivateRedis[],
  ask: (node: PrivateRedis) => Redis,
): Promise<void> {
  const [first] = nodes;
  if (first === undefined) throw new Error('a cluster of no nodes');
  const share = Math.ceil(SLOTS / MASTERS);
  for (const [n, node] of nodes.entries()) {
    await ask(node).cluster('SET-CONFIG-EPOCH', n + 1);
    if (n < MASTERS) {
      const last = Math.min(SLOTS, (n + 1) * share) - 1;
      await ask(node).call('CLUSTER', 'ADDSLOTSRANGE', String(n * share), String(last));
    }
    const busPort = await ask(node).config('GET', 'cluster-port');
    const [, bus] = Array.isArray(busPort) ? busPort : [];
    if (node !== first) {
      await ask(first).call('CLUSTER', 'MEET', '127.0.0.1', String(node.port), String(bus));
    }
  }
  await eachUntil(nodes, async (node) =>
    /cluster_known_nodes:6\b/.test(String(await ask(node).cluster('INFO'))),
  );
  for (const [n, node] of nodes.slice(MASTERS).entries()) {
    const master = nodes[n];
    if (master === undefined) continue;
    const id = String(await ask(master).cluster('MYID'));
    // Refused as long as the node does not know the master yet.
    while (
      (await ask(node)
        .call('CLUSTER', 'REPLICATE', id)
        .catch(() => '')) !== 'OK'
    )
      await pause(50);
  }
  await eachUntil(nodes, async (node) => {
    const isOk = String(await ask(node).cluster('INFO')).includes('cluster_state:ok');
    const replication = await ask(node).info('replication');
    return isOk && /role:master|master_link_status:up/.test(replication);
  });
}

async function eachUntil(
  nodes: readonly PrivateRedis[],
  isSo: (node: PrivateRedis) => Promise<boolean>,
): Promise<void> {
  for (const node of nodes) while (!(await isSo(node))) await pause(50);
}
