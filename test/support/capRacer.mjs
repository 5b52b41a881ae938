// One of two workers that race for the last place of each customer's frequency cap, in a process of its own.
// In each round it waits until the other has come as far, or is past it; then both write an intent. Now and
// then it kills itself: before its intent, with the intent on its way to Redis, or before the answer is
// recorded. The next process goes on where the notification stands.

import { recordAnswer } from '../../dist/notification/answer.js';
import { claim, startLeg } from '../../dist/notification/attempt.js';
import { Keyring } from '../../dist/notification/keyring.js';
import { Ledger } from '../../dist/notification/ledger.js';
import { connectForWorking } from '../../dist/redis/redisClient.js';
import { Consent } from '../../dist/suppression/consent.js';
import { ConsentDigests, consentAddresses } from '../../dist/suppression/consentIdentity.js';
import { SuppressionList } from '../../dist/suppression/suppressionList.js';

const { REDIS_URL, QUEUE_PREFIX: prefix, RACER: racer, ROUNDS } = process.env;
const redis = connectForWorking(REDIS_URL);
const keyring = Keyring.forDevelopment();
const digests = new ConsentDigests(keyring, 'distinct');
const now = () => Date.now();
const list = new SuppressionList(redis, prefix, digests, now);
const caps = { campaign: { places: 1, spanMs: 86_400_000 } };
const consent = new Consent({ redis, prefix, digests, list, caps, now });
const ledger = new Ledger(redis, prefix, keyring, { ledgerMs: 3_600_000, requestMs: 3_600_000 });
const answers = [
  { outcome: 'sent', messageId: 'm' },
  { outcome: 'refused', reason: 'http_400' },
  { outcome: 'unknown', reason: 'timeout' },
];
const progress = (name) => `${prefix}:race:${name}`;
const other = racer === 'a' ? 'b' : 'a';

let round = Number((await redis.get(progress(racer))) ?? 0);
for (; round < Number(ROUNDS); round += 1) {
  await redis.set(progress(racer), round);
  while (Number((await redis.get(progress(other))) ?? -1) < round);
  await race(`${racer}-${round}`, { email: `customer-${round}@example.com` }, round);
}
await redis.set(progress(racer), ROUNDS);
redis.disconnect();

function die() {
  process.kill(process.pid, 'SIGKILL');
}

async function race(id, recipient, round) {
  const claimed = await ledger.change(id, (record) => claim(record, 1, now()));
  if (claimed?.kind !== 'claimed') return;
  const fate = Math.floor(Math.random() * 200);
  if (fate === 0) die();
  const { fencingToken, lane } = claimed.record;
  const subject = { addresses: consentAddresses({ recipient }), lane, id };
  const asked = consent.intent(subject, 'email', now());
  const intent = { fencingToken, channel: 'email', sendWithinMs: 2_000, places: asked.places };
  const decide = (record) => startLeg(record, intent, now());
  const writing = ledger.writeIntent(id, decide, asked.consent);
  if (fate === 1) setTimeout(die, Math.random() * 2);
  const begun = await writing;
  if (fate === 2) die();
  if (begun?.kind !== 'started') return;
  const { leg, places } = begun;
  const answer = answers[(round + (racer === 'a' ? 0 : 1)) % answers.length];
  await ledger.change(id, (record) => recordAnswer(record, { leg, answer, places }, now()));
}
