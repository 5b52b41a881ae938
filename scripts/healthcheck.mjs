/**
 * For containers: exit code 0 when every part that listens here answers with a 2xx, and one does.
 * A role that has no api, or no worker, does not listen on that one's port. When neither listens,
 * the last resort is asked, which is the sandbox.
 *
 * Usage: node scripts/healthcheck.mjs [path, /healthz by default] [last resort, such as 8080/path]
 */
const ANSWERS_WITHIN_MS = 10_000;
const CLOSED = 'nothing listens';

const [path = '/healthz', lastResort] = process.argv.slice(2);
const ports = [process.env.API_PORT || '3000', process.env.HEALTH_PORT].filter(Boolean);
const parts = await askAll(ports.map((port) => `${port}${path}`));
const listening = parts.length > 0 || !lastResort ? parts : await askAll([lastResort]);
process.exitCode = listening.length > 0 && listening.every((answer) => answer === 'ok') ? 0 : 1;

/** The answers of those that listen. */
async function askAll(places) {
  const answers = await Promise.all(places.map(ask));
  for (const [at, place] of places.entries()) console.log(`${place}: ${answers[at]}`);
  return answers.filter((answer) => answer !== CLOSED);
}

async function ask(place) {
  try {
    const response = await fetch(`http://127.0.0.1:${place}`, {
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    });
    return response.ok ? 'ok' : `${response.status} ${await response.text()}`;
  } catch (error) {
    return error.cause?.code === 'ECONNREFUSED' ? CLOSED : 'no answer';
  }
}
