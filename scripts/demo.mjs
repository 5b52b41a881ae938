import { buildIfStale } from './build.mjs';
import { CAMPAIGN_ID, playCampaign } from './demo/campaign.mjs';
import { cast } from './demo/cast.mjs';
import { deliveries, hasEnded, settle, submit } from './demo/notifications.mjs';
import { progressOn } from './demo/progress.mjs';
import { counts, deliveryProblems, messageBox, outcomeTable, surprises } from './demo/report.mjs';
import { Stage } from './demo/stage.mjs';
import { outcome } from './demo/words.mjs';
import { ensureInstalled } from './install.mjs';
import { ensureNode } from './lib/node.mjs';
import { endWithNpm } from './lib/npm.mjs';
import { runScript, ScriptError } from './lib/script.mjs';

const USAGE = `Usage: npm run demo [-- --stay]

Shows the product at work, with all it needs: nothing has to be installed, configured or cleaned up.
  --stay   keep everything running afterwards, until Ctrl-C`;

const SETTLES_WITHIN_MS = 60_000;

await runScript(async () => {
  const args = process.argv.slice(2);
  if (args.some((arg) => arg !== '--stay')) {
    say(USAGE);
    process.exitCode = args.includes('--help') ? 0 : 2;
    return;
  }
  endWithNpm();
  ensureNode();
  say('proactive-notifier sends customers a notification that knows what they last');
  say('talked about. Here it is at work, against a simulated Genesys Cloud.');
  say('');
  await ensureInstalled();
  report('Packages', 'installed');
  await buildIfStale();
  report('Product', 'built');
  await perform(args.includes('--stay'));
});

/** Sets the stage, plays, and takes everything down again, whatever happens in between. */
async function perform(stay) {
  const stage = new Stage();
  const interrupted = new ScriptError('Interrupted.');
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stage.abort(interrupted));
  let problem;
  try {
    await stage.set(report);
    await play(stage, stay);
    if (stay) await new Promise((resolve) => stage.signal.addEventListener('abort', resolve));
    if (stay && stage.signal.reason !== interrupted) throw stage.signal.reason;
  } catch (error) {
    problem = stage.signal.aborted ? stage.signal.reason : error;
  }
  const failed = problem !== undefined && problem !== interrupted;
  if (failed) showTails(stage);
  say('\nStopping everything …');
  await stage.strike({ keepLogs: failed });
  say('Everything that was started has been stopped.');
  if (problem === interrupted) process.exitCode = 130;
  else if (failed) throw problem;
}

async function play(stage, stay) {
  const { signal, apiUrl } = stage;
  const script = cast();
  say(`\nHanding ${script.length} notifications to the API (POST /v1/notifications).`);
  say('Some are wrong or repeated on purpose: those are refused, the rest must end.');
  const answers = [];
  for (const part of script) answers.push(await submit(apiUrl, part, signal));

  const progress = progressOn(process.stdout);
  const within = AbortSignal.any([signal, AbortSignal.timeout(SETTLES_WITHIN_MS)]);
  const ended = await settle(apiUrl, answers, (seen) => progress.show(progressLine(seen)), within)
    .catch((error) => {
      throw signal.aborted ? error : new ScriptError('Not every notification came to an end.');
    })
    .finally(() => progress.end());

  const parts = script.map((part, at) => ({ ...part, answer: ended[at] }));
  const delivered = await deliveries(stage.sandboxUrl, signal);
  say('');
  for (const line of outcomeTable(parts)) say(line);
  say('');
  for (const line of counts(ended.map(outcome))) say(`  ${line}`);
  const wrong = [...surprises(parts), ...deliveryProblems(parts, delivered)];
  if (wrong.length > 0) throw new ScriptError(`Not as it should be:\n${wrong.join('\n')}`);
  say(`  ${delivered.length} messages arrived, none of them twice.`);

  await sendCampaign(stage, progress);

  const [first] = parts;
  const message = delivered.find(({ messageId }) => messageId === first.answer.body.messageId);
  say(`\nThe very first message, as ${first.who} got it:\n`);
  for (const line of messageBox(message)) say(line);
  for (const line of whereToLook(stage, first.answer.body.id, stay)) say(line);
}

async function sendCampaign(stage, progress) {
  const { apiUrl, sandboxUrl, signal } = stage;
  const within = AbortSignal.any([signal, AbortSignal.timeout(SETTLES_WITHIN_MS)]);
  const wrong = await playCampaign({ apiUrl, sandboxUrl, signal: within }, { say, progress })
    .catch((error) => {
      throw signal.aborted || !within.aborted
        ? error
        : new ScriptError('The campaign did not come to its end.');
    })
    .finally(() => progress.end());
  if (wrong.length > 0) throw new ScriptError(`Not as it should be:\n${wrong.join('\n')}`);
}

function progressLine(answers) {
  const accepted = answers.filter(({ status }) => status === 202);
  const waiting = accepted.filter((answer) => !hasEnded(answer));
  const states = waiting.map(({ body }) => body.state);
  const some = ['queued', 'processing', 'sending', 'sent']
    .map((state) => [states.filter((each) => each === state).length, state])
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state === 'sent' ? 'awaiting delivery' : state}`);
  const ended = accepted.length - waiting.length;
  return [`  ${ended} of ${accepted.length} ended`, ...some].join(' · ');
}

function whereToLook({ apiUrl, sandboxUrl, logs }, id, stay) {
  if (!stay) {
    return [
      '\nWhere to look',
      '  templates/follow-up/         the wording of this message',
      '  npm run demo -- --stay       keeps everything running, to look around',
      '  npm start -- sandbox         a simulated Genesys Cloud of your own',
      '  npm start -- send --help     one notification from the command line',
      '  npm start -- campaign --help a file of them',
    ];
  }
  return [
    '\nWhere to look',
    `  Console                 ${apiUrl}/`,
    `  Its first notification  ${apiUrl}/notifications/${id}`,
    `  The campaign            ${apiUrl}/campaigns/${CAMPAIGN_ID}`,
    `  API documentation       ${apiUrl}/docs`,
    `  One notification        ${apiUrl}/v1/notifications/${id}`,
    `  What customers got      ${sandboxUrl}/_sandbox/inbox`,
    `  Requests to Genesys     ${sandboxUrl}/_sandbox/requests`,
    `  The customers           ${sandboxUrl}/_sandbox/customers`,
    `  Logs                    ${logs}`,
    '\nSend one yourself:',
    `  curl ${apiUrl}/v1/notifications \\`,
    `    -H 'content-type: application/json' \\`,
    `    -d '{"recipient":{"email":"customer@example.com"},"template":"follow-up"}'`,
    '\nCtrl-C stops everything.',
  ];
}

function showTails(stage) {
  const tails = stage.tails();
  if (tails.length === 0) return;
  for (const { name, lines } of tails) {
    say(`\n── ${name} ──`);
    for (const line of lines) say(line);
  }
  say(`\nAll logs: ${stage.logs}`);
}

function report(what, how) {
  say(`  ${what.padEnd(10)} ${how}`);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
