import { Writable } from 'node:stream';
import { pino } from 'pino';
import type { Limiter, Operation, SendGuard } from '../../../src/genesys/call.js';
import {
  createGenesysClient,
  type GenesysClient,
  type GenesysSettings,
} from '../../../src/genesys/genesysClient.js';
import type { AgentlessMessage } from '../../../src/genesys/resources/sends.js';

export const LANE = { lane: 'transactional' } as const;

export const WEB_MESSAGE: AgentlessMessage = {
  toAddressMessengerType: 'webmessaging',
  fromAddress: 'deployment-1',
  externalContactId: 'contact-1',
  textBody: 'Hello again',
  useExistingActiveConversation: false,
};

/** A guard that lets the message go for the next two seconds. */
export const GO: SendGuard = {
  beforeWrite: async () => ({ go: true, sendBy: Date.now() + 2_000 }),
};

interface RecordingAdmission extends Limiter {
  admitted: Operation[];
  limited: { operation: Operation; retryAfterMs: number }[];
}

function openAdmission(): RecordingAdmission {
  const admitted: Operation[] = [];
  const limited: RecordingAdmission['limited'] = [];
  return {
    admitted,
    limited,
    async acquire({ operation }) {
      admitted.push(operation);
      return { admitted: true };
    },
    async rateLimited(answer) {
      limited.push(answer);
    },
  };
}

export interface TestClient {
  client: GenesysClient;
  admission: RecordingAdmission;
  /** Every log line, as one string. */
  logged: () => string;
}

export async function startClient(
  settings: Partial<GenesysSettings>,
  admission: Partial<Limiter> = {},
  observers: { onMismatch?: (operation: Operation) => void } = {},
): Promise<TestClient> {
  const lines: string[] = [];
  const log = pino(
    { level: 'trace' },
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    }),
  );
  const recording = openAdmission();
  const merged: RecordingAdmission = { ...recording, ...admission };
  const client = await createGenesysClient(
    { clientId: 'client-1', clientSecret: 'secret-1', ...settings },
    { admission: merged, log, ...observers },
  );
  return { client, admission: merged, logged: () => lines.join('') };
}
