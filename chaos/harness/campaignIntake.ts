import { setTimeout as pause } from 'node:timers/promises';
import { rowId } from '#product/campaign/campaign.js';
import type { Intake } from './intake.js';
import type { Planned } from './recipients.js';

const LOOK_EVERY_MS = 100;
const CAMPAIGN = 'chaos';
/** The header of the file is row 1. */
const FIRST_ROW = 2;

/** The id that the notification at this place of the file will have. */
export function campaignRowId(place: number): string {
  return rowId(CAMPAIGN, FIRST_ROW + place);
}

/** Hands notifications over as a campaign: its rows are accepted with the import, and released by the feeder. */
export class CampaignIntake implements Intake {
  readonly acceptedAt = new Map<string, number>();
  readonly finished: Promise<void>;
  readonly #url: string;
  readonly #planned: readonly Planned[];
  #finish: () => void = () => undefined;
  #stopped = false;

  constructor(planned: readonly Planned[], url: string) {
    this.#planned = planned;
    this.#url = url;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** Resolves once every row has been released. */
  async run(): Promise<void> {
    try {
      await this.#ask('POST', '', {
        id: CAMPAIGN,
        name: 'chaos',
        template: 'follow-up',
        channels: ['web', 'email', 'sms'],
        history: { required: false },
        prefetch: 'off',
      });
      const lines = this.#planned.map(({ request: { recipient } }) =>
        [recipient.email, recipient.externalContactId, recipient.phone].join(','),
      );
      await this.#ask('PUT', '/rows', `email,externalContactId,phone\n${lines.join('\n')}\n`);
      const now = Date.now();
      for (const { request } of this.#planned) this.acceptedAt.set(request.id, now);
      await this.#ask('POST', '/start', {});
      await this.reached(1);
    } finally {
      this.stop();
      this.#finish();
    }
  }

  async reached(share: number): Promise<void> {
    while (!this.#stopped && (await this.#releasedShare()) < share) await pause(LOOK_EVERY_MS);
  }

  stop(): void {
    this.#stopped = true;
  }

  /** 0 while the api cannot say. */
  async #releasedShare(): Promise<number> {
    if (this.acceptedAt.size === 0) return 0;
    const campaign = await this.#ask<{ counts: { waiting: number } }>('GET', '').catch(
      () => undefined,
    );
    const waiting = campaign?.counts.waiting ?? this.#planned.length;
    return 1 - waiting / this.#planned.length;
  }

  async #ask<T>(method: string, path: string, body?: object | string): Promise<T> {
    const isFile = typeof body === 'string';
    const where = method === 'POST' && path === '' ? '' : `/${CAMPAIGN}${path}`;
    const answer = await fetch(`${this.#url}/v1/campaigns${where}`, {
      method,
      headers:
        body === undefined
          ? undefined
          : { 'content-type': isFile ? 'text/csv' : 'application/json' },
      body: isFile ? body : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${where} was answered ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  }
}
