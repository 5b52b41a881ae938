import { type Content, html } from '../../html/html.js';
import { type FlowMinute, ofLastMinute } from '../../queue/flowHistory.js';
import type { FlowStatus, Obstacle } from '../../queue/flowStatus.js';
import type { FleetStatus } from '../../queue/operations.js';
import { clock, type Tone } from '../page/components.js';

/** How the deployment stands, for someone who has ten seconds. */
export interface Headline {
  tone: Tone;
  /** A few words that change only when the state does: for screen readers. */
  state: string;
  sentence: Content;
  /** What it is about, where it is one of the obstacles. */
  about?: Obstacle;
}

export interface HeadlineFacts {
  fleet: FleetStatus;
  flow: FlowStatus;
  /** The last one is not over yet. */
  minutes: readonly FlowMinute[];
  /** Requests to the platform a minute. */
  budget: number;
  /** Campaigns that are paused. */
  paused: readonly unknown[];
}

/** One sentence: whether messages flow, and, if not, why and since when. */
export function headline(facts: HeadlineFacts): Headline {
  const about = facts.flow.obstacles.find(({ stops }) => stops);
  return about === undefined ? flowing(facts) : { ...stopped(about, facts.fleet), about };
}

function stopped(obstacle: Obstacle, { workers, pause }: FleetStatus): Headline {
  const { now } = workers;
  const { since, detail } = obstacle;
  const from = since === undefined ? '' : html` since ${clock(since, now)}`;
  switch (obstacle.kind) {
    case 'no_workers': {
      const sentence =
        since === undefined
          ? 'No worker is alive, and none has ever been.'
          : html`No worker is alive${from}.`;
      return { tone: 'bad', state: 'No worker is alive', sentence };
    }
    case 'paused': {
      const by = pause?.by === undefined ? '' : ` by ${pause.by}`;
      const sentence = html`Paused${from}${by}: ${pause?.reason}`;
      return { tone: 'open', state: 'Sending is paused', sentence };
    }
    case 'held': {
      const sentence = html`Nothing leaves${from}: ${whyHeld(obstacle, workers.alive)}`;
      return { tone: 'bad', state: 'Nothing leaves', sentence };
    }
    case 'gate_closed': {
      const until = obstacle.until === undefined ? '' : html` until ${clock(obstacle.until, now)}`;
      const sentence = html`Nothing leaves${from}: Genesys Cloud answered 429 and asked for silence${until}.`;
      return { tone: 'open', state: 'Nothing leaves: rate limit', sentence };
    }
    default:
      return { tone: 'bad', state: 'Nothing leaves', sentence: html`Nothing leaves: ${detail}` };
  }
}

function whyHeld({ detail }: Obstacle, alive: FleetStatus['workers']['alive']): string {
  const broken = alive.find(({ breaker }) => breaker?.state === 'open')?.breaker;
  if (broken === undefined) return detail;
  if (broken.kind === 'credentials')
    return `Genesys Cloud refuses the OAuth client (${broken.detail}).`;
  return broken.detail === 'unnamed'
    ? 'Genesys Cloud answers 403 and does not name the permission that is missing.'
    : `Genesys Cloud answers 403, permission ${broken.detail} is missing.`;
}

function flowing({ fleet, minutes, budget, paused }: HeadlineFacts): Headline {
  const { now } = fleet.workers;
  const sent = ofLastMinute(minutes, 'sent', now);
  if (sent > 0) {
    const share = Math.round((ofLastMinute(minutes, 'requests', now) / budget) * 100);
    return {
      tone: 'good',
      state: 'Messages flow',
      sentence: `Messages flow: ${sent.toLocaleString('en')} a minute, ${share} % of the budget.`,
    };
  }
  const last = minutes.findLast((minute) => minute.sent > 0);
  const when =
    last === undefined
      ? 'No message has left in the last 24 hours.'
      : html`The last message left at ${clock(last.at, now)}.`;
  const waiting = jobsOf(fleet, 'waiting') + jobsOf(fleet, 'active');
  if (waiting > 0) {
    return { tone: 'open', state: 'Jobs wait', sentence: html`${jobsWait(waiting)}. ${when}` };
  }
  // Scheduled, or to be tried again: neither is seen by the jobs that are due.
  const later = jobsOf(fleet, 'delayed');
  const state = later === 0 ? 'Nothing waits to be sent' : 'Nothing is due';
  const what = later === 0 ? state : `${state}: ${jobsWait(later)} for a later time`;
  if (paused.length > 0) {
    const many = paused.length === 1 ? 'A campaign is paused' : 'Campaigns are paused';
    return { tone: 'open', state, sentence: html`${what}. ${many}. ${when}` };
  }
  return { tone: later === 0 ? 'good' : 'idle', state, sentence: html`${what}. ${when}` };
}

function jobsOf({ queues }: FleetStatus, kind: 'waiting' | 'active' | 'delayed'): number {
  return Object.values(queues).reduce((sum, queue) => sum + queue[kind], 0);
}

function jobsWait(count: number): string {
  return count === 1 ? '1 job waits' : `${count.toLocaleString('en')} jobs wait`;
}
