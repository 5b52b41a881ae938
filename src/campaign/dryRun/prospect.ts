import type { Channel } from '../../notification/channel.js';
import type { NotificationRequest } from '../../notification/request.js';
import type { CompiledTemplate } from '../../templates/compile.js';

/** The requests to the platform that a row costs, step by step; parts of one where many rows share it. */
export interface RequestCost {
  identity: number;
  history: number;
  transcript: number;
  send: number;
  deliveryCheck: number;
}

/** What can be said of a row without asking the platform. */
export type Outlook =
  | { would: 'skip'; reason: string; cost: RequestCost }
  | { would: 'fail'; reason: string; cost: RequestCost }
  /** `channel` is the first that may reach the customer. */
  | { would: 'try'; channel: Channel; cost: RequestCost };

/** What the platform says of one customer. */
export type Lookup =
  | { kind: 'asked'; found: boolean; hasHistory: boolean; would: 'send' | 'skip' | 'fail' }
  /** It could not be asked; `because` is a word or two for whoever reads the dry run. */
  | { kind: 'not_known'; because: string };

/** What a dry run must be told of the deployment, for one campaign. */
export interface Prospect {
  template: CompiledTemplate;
  /** In the order they would be tried. */
  channels: readonly Channel[];
  /** Whether customers without history are skipped. */
  requiresHistory(request: Pick<NotificationRequest, 'history'>): boolean;
  /** How a request's own name greets; undefined where it gives none that can be used. */
  nameIn(request: NotificationRequest): string | undefined;
  outlook(request: NotificationRequest): Outlook;
  /**
   * Really asks the platform about each, but sends nothing; fewer answers when it was no use to go
   * on. Absent where this process has no way to ask.
   */
  lookUp?(requests: readonly NotificationRequest[]): Promise<Lookup[]>;
  /** In sentences, what is taken for granted about the deployment. */
  assumptions: readonly string[];
}

/** How many requests there are to be had. */
export interface Allowance {
  requestsPerMinute: number;
  /** What is left of that after 429s, up to 1. */
  pace: number;
}

export function totalOf(cost: RequestCost): number {
  return cost.identity + cost.history + cost.transcript + cost.send + cost.deliveryCheck;
}

export function addCost(sum: RequestCost, cost: RequestCost): void {
  sum.identity += cost.identity;
  sum.history += cost.history;
  sum.transcript += cost.transcript;
  sum.send += cost.send;
  sum.deliveryCheck += cost.deliveryCheck;
}

export function noCost(): RequestCost {
  return { identity: 0, history: 0, transcript: 0, send: 0, deliveryCheck: 0 };
}
