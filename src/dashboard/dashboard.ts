import type { FastifyInstance } from 'fastify';
import type { Notifications } from '../queue/notifications.js';
import type { Operations } from '../queue/operations.js';
import type { NotificationProducer } from '../queue/producer.js';
import { guard, loginRoutes } from './access.js';
import { BOARD, boardPlugin } from './board.js';
import { notificationPages } from './pages.js';
import { type Login, Sessions } from './session.js';
import { Stories } from './story.js';

export interface DashboardParts {
  store: NotificationProducer['store'];
  notifications: Notifications;
  operations: Operations;
  /** Absent where only this machine can reach the api: then nobody need log in. */
  login?: Login;
  readOnly: boolean;
}

const FORM_LIMIT = 16 * 1024;

/** The pages for people: the queues, the notifications, and the login in front of both. */
export function dashboard(app: FastifyInstance, parts: DashboardParts): void {
  const { store, notifications, operations, login, readOnly } = parts;
  const sessions = login === undefined ? undefined : new Sessions(login);
  if (sessions !== undefined) {
    app.register(async (scope) => {
      acceptForms(scope);
      loginRoutes(scope, sessions);
    });
  }
  app.register(async (scope) => {
    guard(scope, sessions);
    acceptForms(scope);
    const stories = new Stories(store, operations);
    notificationPages(scope, { stories, notifications, login: sessions !== undefined });
  });
  app.register(
    async (scope) => {
      guard(scope, sessions);
      const { queues, ledger } = store;
      boardPlugin(scope, { queues, ledger, notifications, readOnly, by: sessions?.user });
    },
    { prefix: BOARD },
  );
}

function acceptForms(scope: FastifyInstance): void {
  scope.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: FORM_LIMIT },
    (_request, body, done) => done(null, new URLSearchParams(body)),
  );
}
