/** What became of a notification and why, for a reader who sees the product for the first time. */
export function why({ status, body }, note) {
  const words = status >= 400 || status === 200 ? answered(status, body) : became(body);
  return note === undefined ? words : `${words}; ${note}`;
}

/** State and channel of a notification, or what the API did with a request that became none. */
export function outcome({ status, body }) {
  if (status === 200) return { state: 'repeated', channel: '' };
  if (status >= 400) return { state: `refused ${status}`, channel: '' };
  return { state: body.state, channel: body.channel ?? '' };
}

function answered(status, body) {
  if (status === 200) return 'same id and content: not sent again';
  if (status === 409) return 'same id, other content: nothing changes';
  if (status === 422) {
    return body.errors.map(({ field, expected }) => `${field}: expected ${expected}`).join('; ');
  }
  return body.title ?? 'refused';
}

function became({ state, reason, channel, timeline }) {
  const webFailed = timeline.some((entry) => entry.state === 'undelivered');
  const wasBusy = timeline.some((entry) => entry.reason === 'active_conversation');
  switch (state) {
    case 'delivered':
    case 'read':
      return channel === 'web' ? 'arrived in the chat' : 'has arrived, says the platform';
    case 'sent':
      if (webFailed) return `chat was closed: ${channel} instead`;
      if (wasBusy) return `busy with an agent: ${channel} instead`;
      return SENT_BY[channel] ?? 'accepted by Genesys Cloud';
    case 'undelivered':
      return 'chat was closed, no other address';
    case 'skipped':
      return reason === 'no_history' ? 'no earlier conversation found' : `${reason}`;
    case 'cancelled':
      return 'cancelled in time';
    default:
      return reason ?? '';
  }
}

const SENT_BY = {
  email: 'accepted by Genesys Cloud',
  engage: 'accepted by the Engage endpoint',
};
