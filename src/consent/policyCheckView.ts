import { z } from 'zod';
import { COUNTED_REASONS } from '../notification/countedReason.js';
import { spanText } from '../notification/frequencyCaps.js';
import { CHANNELS, LANES } from '../notification/state.js';
import type { Verdict } from '../policy/rule.js';
import type { PolicyCheck } from './policyCheck.js';
import { ASKED_RULES } from './ruleWords.js';

const verdict = z.object({
  verdict: z
    .enum(['allow', 'skip', 'defer'])
    .meta({ description: 'It may go out, it is not sent at all, or not before until.' }),
  reason: z.enum(COUNTED_REASONS).optional().meta({ description: 'As notifications have it.' }),
  until: z.iso.datetime().optional().meta({ description: 'Of defer: not before.' }),
});

/** What policy says to a recipient now. */
export const policyCheckView = verdict
  .extend({
    checkedAt: z.iso.datetime(),
    priority: z.enum(LANES),
    channels: z
      .array(
        verdict.extend({
          channel: z.enum(CHANNELS),
          rules: z.array(
            verdict.extend({
              rule: z.enum(ASKED_RULES),
              why: z.string().meta({ description: 'A sentence without personal data.' }),
            }),
          ),
        }),
      )
      .meta({
        description: 'In the order they would be tried. The first that is not skip decides.',
      }),
    frequencyCap: z
      .object({
        places: z.int().meta({ description: 'Notifications within the span.' }),
        span: z.string().meta({ description: 'Such as 7d.' }),
        taken: z.int().meta({ description: 'Places taken at the address that has most.' }),
      })
      .optional()
      .meta({ description: 'Of this priority; absent where it has none.' }),
  })
  .meta({ id: 'PolicyCheck' });

export type PolicyCheckView = z.infer<typeof policyCheckView>;

export function viewOfCheck({
  at,
  priority,
  verdict: all,
  channels,
  cap,
}: PolicyCheck): PolicyCheckView {
  return {
    checkedAt: iso(at),
    priority,
    ...viewOfVerdict(all),
    channels: channels.map(({ channel, verdict: one, rules }) => ({
      channel,
      ...viewOfVerdict(one),
      rules: rules.map(({ rule, why, ...found }) => ({ rule, ...viewOfVerdict(found), why })),
    })),
    frequencyCap:
      cap === undefined ? undefined : { places: cap.places, span: spanText(cap), taken: cap.taken },
  };
}

function viewOfVerdict(found: Verdict): Pick<PolicyCheckView, 'verdict' | 'reason' | 'until'> {
  switch (found.kind) {
    case 'allow':
      return { verdict: 'allow' };
    case 'skip':
      return { verdict: 'skip', reason: found.reason };
    case 'defer':
      return { verdict: 'defer', reason: found.reason, until: iso(found.until) };
    default:
      return found satisfies never;
  }
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
