import { type Refused, refused } from './answer.js';
import type { Fault } from './fault.js';
import type { Permission } from './operation.js';
import { missingPermissions } from './permission.js';
import { tooManyRequests } from './refusals.js';

/** How a request ends for the one who sent it. */
export type Ending =
  | { as: 'honest' }
  | { as: 'refusal'; refusal: Refused }
  | { as: 'stall' }
  | { as: 'reset' }
  | { as: 'trickle'; seconds: number | null }
  | { as: 'broken-json' }
  | { as: 'empty' };

export interface FaultPlan {
  delayMs: number;
  /** Whether the request takes effect (a message is delivered) before it ends. */
  takesEffect: boolean;
  ending: Ending;
}

const refuseWith = (refusal: Refused): FaultPlan => ({
  delayMs: 0,
  takesEffect: false,
  ending: { as: 'refusal', refusal },
});

const afterEffect = (ending: Ending): FaultPlan => ({ delayMs: 0, takesEffect: true, ending });

const withRetryAfter = (retryAfter: string | undefined): Record<string, string> =>
  retryAfter === undefined ? {} : { 'Retry-After': retryAfter };

const serverError = (): Refused =>
  refused(500, 'internal.server.error', 'The server encountered an unexpected condition.');

/** What each kind of fault does to a request. */
export function planOf(fault: Fault, permission: Permission): FaultPlan {
  switch (fault.kind) {
    case '429':
      return refuseWith(tooManyRequests(fault.retryAfter));
    case '503':
      return refuseWith(
        refused(503, 'service.unavailable', 'Service Unavailable', {
          headers: withRetryAfter(fault.retryAfter),
        }),
      );
    case '500-before':
      return refuseWith(serverError());
    case '500-after':
      return afterEffect({ as: 'refusal', refusal: serverError() });
    case 'stall':
      return { delayMs: 0, takesEffect: fault.delivered, ending: { as: 'stall' } };
    case 'reset-before':
      return { delayMs: 0, takesEffect: false, ending: { as: 'reset' } };
    case 'reset-after':
      return afterEffect({ as: 'reset' });
    case 'trickle':
      return afterEffect({ as: 'trickle', seconds: fault.seconds ?? null });
    case 'broken-json':
      return afterEffect({ as: 'broken-json' });
    case 'empty-2xx':
      return afterEffect({ as: 'empty' });
    case '401':
      return refuseWith(refused(401, 'bad.credentials', 'Invalid login credentials.'));
    case '403-permission':
      return refuseWith(permissionRefusal(fault.permission, permission));
    case '403-other':
      return refuseWith(
        refused(403, 'not.authorized', 'You are not authorized to perform the requested action.'),
      );
    case '400':
      return refuseWith(refused(400, 'bad.request', 'The request could not be understood.'));
    case '404':
      return refuseWith(refused(404, 'not.found', 'The requested resource was not found.'));
    case '409':
      return refuseWith(
        refused(409, 'conflict', 'The request conflicts with the current state of the resource.'),
      );
    case '413':
      return refuseWith(
        refused(413, 'request.entity.too.large', 'The request is over the size limit.'),
      );
    case '422':
      return refuseWith(
        refused(422, 'unprocessable.entity', 'The request was understood but cannot be processed.'),
      );
    case 'delay':
      return { delayMs: fault.ms, takesEffect: true, ending: { as: 'honest' } };
    default:
      throw new Error(`unhandled fault ${fault satisfies never}`);
  }
}

function permissionRefusal(named: string | undefined, permission: Permission): Refused {
  if (named !== undefined) return missingPermissions('all', [named]);
  return permission.need === 'none'
    ? missingPermissions('all', ['sandbox:unnamed:permission'])
    : missingPermissions(permission.need, permission.names);
}
