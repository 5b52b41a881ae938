import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config.js';
import { effectiveSettings } from '../../effectiveSettings.js';
import { type Html, html } from '../../html/html.js';
import { RedisUnavailableError } from '../../queue/notifierErrors.js';
import { untilConnected, withTimeout } from '../../queue/timeout.js';
import { WorkerRegistry } from '../../queue/workerRegistry.js';
import type { RedisClient } from '../../redis/redisClient.js';
import { describeRedisFault } from '../../redis/redisFault.js';
import { serverVersions } from '../../redis/serverInfo.js';
import { panel } from '../page/components.js';
import type { FormTokens } from '../page/formToken.js';
import { sendPage } from '../page/layout.js';
import { type LiveUpdates, livePart, liveRegion } from '../page/liveUpdates.js';
import { allow } from '../people/access.js';
import { doctorForm, doctorStatus } from './doctorParts.js';
import type { DoctorRuns } from './doctorRuns.js';
import { configurationSection, youSection } from './settingsPage.js';
import { versionsPart } from './versionsPart.js';

export interface SettingsPagesParts {
  config: Config;
  redis: RedisClient;
  prefix: string;
  doctor: DoctorRuns;
  live: LiveUpdates;
  tokens: FormTokens;
}

const DOCTOR = '/settings/doctor';
const PART = 'doctor';

/** How the deployment is set up, what the doctor found, which versions run, and who looks. */
export function settingsPages(app: FastifyInstance, parts: SettingsPagesParts): void {
  const { config, redis, doctor, live, tokens } = parts;
  const registry = new WorkerRegistry(redis, parts.prefix);
  const settings = effectiveSettings(config);

  app.get('/settings', async (request, reply) => {
    const { person } = request;
    const [looked, versions, cost] = await Promise.all([
      unlessAway('What the doctor found', async () =>
        doctorStatus(await doctor.read(), Date.now()),
      ),
      unlessAway('What runs', () =>
        withTimeout(
          untilConnected(redis).then(async () =>
            versionsPart(...(await Promise.all([serverVersions(redis), registry.read()]))),
          ),
        ),
      ),
      doctor.cost(),
    ]);
    const body = html`<h1>Settings</h1>
${youSection(person)}
<h2 id="doctor">Permissions and limits</h2>
${doctorForm(cost, { person, once: tokens.field() })}
${liveRegion(`${DOCTOR}/live`, livePart(PART, looked))}
<h2 id="versions">Versions</h2>
${versions}
<h2 id="configuration">Configuration</h2>
${configurationSection(settings)}`;
    return sendPage(request, reply, { title: 'Settings', section: 'settings', body, live: true });
  });

  app.get(`${DOCTOR}/live`, { config: { isStream: true } }, async (_request, reply) =>
    live.stream(reply, {
      key: 'doctor',
      read: async () => ({ [PART]: doctorStatus(await doctor.read(), Date.now()) }),
    }),
  );

  app.post<{ Body: URLSearchParams | undefined }>(
    DOCTOR,
    allow('operator'),
    async (request, reply) =>
      tokens.once(request, reply, async () => {
        await doctor.start(request.caller);
        return { kind: 'done', location: '/settings#doctor' };
      }),
  );
}

/** What does not need Redis is shown without it; the rest says why it is missing. */
async function unlessAway(what: string, read: () => Promise<Html>): Promise<Html> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RedisUnavailableError)) throw error;
    const why = describeRedisFault(error.fault);
    return panel('open', html`<p><strong>${what} is not known now.</strong> ${why}</p>`);
  }
}
