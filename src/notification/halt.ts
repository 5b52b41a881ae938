import type { NotificationRecord } from './record.js';
/** What has become of a row's campaign while this is so: no row of it is claimed or sent. */
export type Halt = 'paused' | 'cancelled';

/** The reason with which the attempts of a halted campaign are aborted. */
export class CampaignHalted extends Error {
  override readonly name = 'CampaignHalted';
  readonly halt: Halt;

  constructor(halt: Halt) {
    super(`the campaign is ${halt}`);
    this.halt = halt;
  }
}

/** Which halt of its campaign ended an attempt, if one did. */
export function haltOf(signal: AbortSignal): Halt | undefined {
  return signal.reason instanceof CampaignHalted ? signal.reason.halt : undefined;
}

/** What a write begins that a halt forbids. */
export function begins(next: NotificationRecord): 'send' | 'attempt' | '' {
  if (next.state === 'sending') return 'send';
  return next.state === 'processing' ? 'attempt' : '';
}
