/**
 * For containers: exit code 0 when every part that listens here answers with a 2xx, and one does.
 * A role that has no api, or no worker, does not listen on that one's port.
 *
 * Usage: node scripts/healthcheck.mjs [path, /healthz by default]
 */
const ANSWERS_WITHIN_MS = 4_000;

const path = process.argv[2] ?? '/healthz';
const ports = [process.env.API_PORT || '3000', process.env.HEALTH_PORT].filter(Boolean);
const answers = await Promise.all(ports.map(ask));
const listening = answers.filter((answer) => answer !== 'nobody listens');
for (const [at, port] of ports.entries()) console.log(`${port}${path}: ${answers[at]}`);
process.exitCode = listening.length > 0 && listening.every((answer) => answer === 'ok') ? 0 : 1;

async function ask(port) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    });
    return response.ok ? 'ok' : `${response.status} ${await response.text()}`;
  } catch (error) {
    return error.cause?.code === 'ECONNREFUSED' ? 'nobody listens' : 'no answer';
  }
}
