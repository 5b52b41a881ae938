import type { NotificationView } from '../notification/notificationView.js';

type Undecided = Pick<NotificationView, 'reason' | 'reconcile'>;

/**
 * Who finds out what became of an `unknown`, in a sentence without its full stop; every face says the
 * same. When the platform is asked next stands beside it.
 */
export function whoDecides({ reason, reconcile }: Undecided): string {
  if (reconcile?.decides === 'platform') return 'Genesys Cloud is asked again';
  return `A person decides: ${whyAPerson(reason, reconcile?.looks ?? 0)}`;
}

function whyAPerson(reason: string | undefined, looks: number): string {
  if (reason === 'not_found_on_platform') return 'Genesys Cloud does not list it';
  if (reason === 'ambiguous_on_platform') return 'what Genesys Cloud lists does not tell';
  return looks === 0 ? 'Genesys Cloud is not asked' : 'Genesys Cloud could not say';
}
