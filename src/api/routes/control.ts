import type { FastifyInstance } from 'fastify';
import type { FieldProblem } from '../../notification/request.js';
import { readPauseReason } from '../../queue/sendingPause.js';
import { fleetStatusView, gateView, pauseView } from '../../queue/statusView.js';
import type { ApiParts } from '../parts.js';
import { invalidRequest, sendProblem } from '../problems.js';
import { allowOnly, isObject } from '../requests.js';

/**
 * The stop button and the gate. They answer also while Redis may not hold notifications: whoever
 * wants to stop the sending then has every reason to.
 */
export function controlRoutes(app: FastifyInstance, { operations }: ApiParts): void {
  app.get('/status', async () => fleetStatusView(await operations.status()));
  allowOnly(app, '/status', ['GET', 'HEAD']);

  app.post('/pause', async (request, reply) => {
    const body = readPause(request.body);
    if (!body.ok) return sendProblem(reply, invalidRequest(body.problems));
    const { caller } = request;
    const given = { reason: body.reason, by: caller };
    const pause = pauseView(await operations.pause(given));
    request.log.warn({ caller }, 'sending paused');
    return { paused: true, ...pause };
  });
  allowOnly(app, '/pause', ['POST']);

  app.post('/resume', async (request) => {
    const was = await operations.resume();
    request.log.warn({ caller: request.caller }, 'sending resumed');
    return { paused: false, ...(was !== undefined && { was: pauseView(was) }) };
  });
  allowOnly(app, '/resume', ['POST']);

  app.get('/gate', async () => gateView(await operations.gate()));
  allowOnly(app, '/gate', ['GET', 'HEAD']);

  app.post('/gate/open', async (request) => {
    const spared = await operations.openGate();
    request.log.warn({ caller: request.caller, sparedMs: spared }, 'gate opened by hand');
    return { closed: false, sparedSeconds: Math.round(spared / 1_000) };
  });
  allowOnly(app, '/gate/open', ['POST']);
}

type PauseBody = { ok: true; reason: string } | { ok: false; problems: FieldProblem[] };

function readPause(body: unknown): PauseBody {
  if (!isObject(body)) {
    return { ok: false, problems: [{ field: '(request)', expected: 'an object with reason' }] };
  }
  const { reason, ...others } = body;
  const unknown = Object.keys(others).map((field) => ({ field, expected: 'no such field' }));
  const read = readPauseReason(reason);
  if (read.ok && unknown.length === 0) return read;
  const wrong = read.ok ? [] : [{ field: 'reason', expected: read.expected }];
  return { ok: false, problems: [...wrong, ...unknown] };
}
