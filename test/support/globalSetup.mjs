import { buildIfStale } from '../../scripts/build.mjs';
import { logLine, ScriptError } from '../../scripts/lib/script.mjs';
import { findRedis } from '../../scripts/redis.mjs';

let suiteRedis;

/**
 * Once for the suite: the built product for the tests that start it, and a Redis for all. A build
 * that fails fails the tests that ask for the product; the others say what they have to say.
 */
export default async function setUp() {
  try {
    await buildIfStale();
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    logLine(error.message);
    process.env.TEST_BUILD_PROBLEM = error.message;
  }
  suiteRedis = await findRedis({ log: logLine });
  logLine(`Redis for the tests: ${suiteRedis.source}`);
  process.env.TEST_REDIS_URL = suiteRedis.url;
}

export async function stopSuiteRedis() {
  await suiteRedis?.stop();
}
