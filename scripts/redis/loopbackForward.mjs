import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';

/**
 * Makes a server on another address answer on 127.0.0.1 too, for as long as this process lives. Where
 * this machine is itself a container, Docker's other containers are not on its loopback, and a Redis
 * that is not demands a secret of everything that uses it.
 *
 * @param {string} host
 * @param {number} port
 * @returns {Promise<number>} the port on 127.0.0.1
 */
export async function forwardFromLoopback(host, port) {
  const server = createServer((near) => {
    const far = connect({ host, port, noDelay: true });
    near.setNoDelay(true);
    // Its callback is called for every end, also for one by an error, which each side sees as a close.
    pipeline(near, far, near, () => {});
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return server.address().port;
}
