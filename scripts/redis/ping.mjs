import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';

const RETRY_MS = 25;

/**
 * Waits until the Redis at `url` answers PING.
 *
 * @param {string} url `redis[s]://[user:password@]host[:port][/db]`
 * @param {number} withinMs the time it has, all tries together
 * @param {AbortSignal} [signal] ends the wait early
 * @returns {Promise<string | undefined>} undefined when it answered; else what stood in the way,
 *   without the credentials that the URL may hold
 */
export async function waitForPong(url, withinMs, signal) {
  const giveUpAt = Date.now() + withinMs;
  let problem = 'it does not answer';
  while (Date.now() < giveUpAt && !signal?.aborted) {
    const answer = await ping(new URL(url), giveUpAt - Date.now());
    if (answer === '+PONG') return undefined;
    problem = answer;
    // A wrong password or a missing one does not repair itself; a server that still loads does.
    if (/^-(NOAUTH|WRONGPASS|NOPERM|ERR)/.test(answer)) return answer.slice(1);
    await sleep(RETRY_MS);
  }
  return problem;
}

/** Answers the last line of the server's reply, or the reason why there is none. */
function ping(url, timeoutMs) {
  return new Promise((resolve) => {
    const address = {
      host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
      port: Number(url.port || 6379),
    };
    const secure = url.protocol === 'rediss:';
    const socket = secure
      ? tls.connect({ ...address, ...(net.isIP(address.host) ? {} : { servername: address.host }) })
      : net.connect(address);
    const finish = (result) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(() => finish('it does not answer'), timeoutMs);
    const commands = [...authentication(url), ['PING']];
    let reply = '';
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.write(commands.map(encode).join(''));
    });
    socket.on('data', (chunk) => {
      reply += chunk;
      const lines = reply.split('\r\n').slice(0, -1);
      const refusal = lines.find((line) => line.startsWith('-'));
      if (refusal !== undefined) finish(refusal);
      else if (lines.length >= commands.length) finish(lines[lines.length - 1]);
    });
    socket.once('error', (error) => finish(error.code ?? 'the connection failed'));
    socket.once('end', () => finish('it closes the connection'));
  });
}

function authentication(url) {
  if (url.password === '') return [];
  const password = decodeURIComponent(url.password);
  return [
    url.username === '' ? ['AUTH', password] : ['AUTH', decodeURIComponent(url.username), password],
  ];
}

function encode(words) {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}
