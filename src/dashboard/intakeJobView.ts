import { isNotificationId } from '../notification/request.js';
import { readIntakeMark } from '../queue/intakeJob.js';
import { jobView } from './jobView.js';

/** Neither an address nor a phone number: no `@`, no `+`, no blank. */
const SHOWN_ID = /^[A-Za-z0-9._:-]{1,200}$/;
const SHOWN_NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

/**
 * A job of the intake queue, with what may be shown of it. Its data, id and name are another program's:
 * the request is never shown, nor a failure that this product did not write itself.
 */
export function intakeJobView(job: Record<string, unknown>): Record<string, unknown> {
  const { id, name, failedReason, returnValue } = job;
  const mark = readIntakeMark(job['data'], typeof id === 'string' ? id : '');
  const accepted = mark !== undefined && 'accepted' in mark ? mark.accepted : undefined;
  const refused = mark !== undefined && 'refused' in mark ? mark.refused : undefined;
  const view = jobView({ ...job, data: {} });
  return {
    ...view,
    id: typeof id === 'string' && SHOWN_ID.test(id) ? id : 'not-shown',
    name: typeof name === 'string' && SHOWN_NAME.test(name) ? name : 'not shown',
    data: accepted === undefined ? {} : { id: accepted },
    ...(refused !== undefined && refused === failedReason && { failedReason }),
    returnValue: shownResult(view['returnValue'], returnValue),
    ...(accepted !== undefined && {
      externalUrl: { displayText: 'Notification', href: `/notifications/${accepted}` },
    }),
  };
}

function shownResult(shown: unknown, given: unknown): unknown {
  const { id } = Object(given) as { id?: unknown };
  return shown === null || !isNotificationId(id) ? shown : { id, ...Object(shown) };
}
