import { setTimeout as sleep } from 'node:timers/promises';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { forwardFromLoopback } from './loopbackForward.mjs';

const PROBE_MS = 5_000;
const START_MS = 60_000;
const LATE_START_MS = 300_000;

/*
 * The program that dockerRedis.mjs starts: keeps a Redis container up until its standard input ends,
 * which it also does when the owner is killed. In a process of its own, because a request to a
 * Docker that does not answer, or an image that does not arrive, cannot be called off and would keep
 * the owner from ending. A start given up by the owner is seen to its end here, so that a container
 * that comes up late is removed all the same.
 *
 * It writes one line of JSON, `{ url }` or `{ problem }`.
 */
const image = process.argv[2];
const ownerGone = new Promise((resolve) => {
  process.stdin.resume().once('end', resolve).once('error', resolve);
});

function say(message) {
  return new Promise((resolve) => process.stdout.write(`${JSON.stringify(message)}\n`, resolve));
}

async function within(limitMs, work) {
  const late = sleep(limitMs).then(() => {
    throw new Error(`not within ${limitMs / 1000} s`);
  });
  return Promise.race([work, late]);
}

async function loopbackUrl(host, port) {
  if (/^(localhost|127\..+|::1)$/.test(host)) return `redis://${host}:${port}`;
  return `redis://127.0.0.1:${await forwardFromLoopback(host, port)}`;
}

async function keep() {
  const docker = await within(PROBE_MS, getContainerRuntimeClient()).catch(() => undefined);
  if (docker === undefined) return say({ problem: 'Docker does not run here' });
  const starting = new GenericContainer(image)
    .withCommand([
      ...['redis-server', '--protected-mode', 'no'],
      ...['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'],
    ])
    .withExposedPorts(6379)
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
    .start();
  try {
    const container = await within(START_MS, starting);
    await say({ url: await loopbackUrl(container.getHost(), container.getMappedPort(6379)) });
  } catch {
    // Why is Docker's affair: it says so at length, and there are other ways to a Redis.
    await say({ problem: `Docker could not start ${image}` });
  }
  await ownerGone;
  await within(LATE_START_MS, starting)
    .then((container) => container.stop())
    .catch(() => {});
}

await keep();
process.exit();
