import { afterEach, describe, expect, test } from '@jest/globals';
import { formatDate } from '../../src/templates/engine.js';
import { compile, NO_HISTORY } from './source.js';

const hostZone = process.env['TZ'];
afterEach(() => {
  if (hostZone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = hostZone;
});

/** West and east of every date line, and where clocks change at midnight. */
const HOSTS = ['UTC', 'America/New_York', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Beirut'];

describe.each(HOSTS)('on a host in %s', (host) => {
  test.each([
    ['2026-05-01', 'America/New_York', 'Fri 1 May 2026 00:00'],
    ['2026-05-01', 'Pacific/Kiritimati', 'Fri 1 May 2026 00:00'],
    ['2026-03-29', 'Asia/Beirut', 'Sun 29 March 2026 00:00'],
    ['2026-05-01T09:30', 'America/New_York', 'Fri 1 May 2026 09:30'],
    ['2026-05-01 23:30:00', 'Asia/Tokyo', 'Fri 1 May 2026 23:30'],
    ['2026-05-01T02:30:00Z', 'America/New_York', 'Thu 30 April 2026 22:30'],
    ['2026-05-01T02:30:00+02:00', 'UTC', 'Fri 1 May 2026 00:30'],
    ['2026-05-01T02:30:00Z', 'BST', 'Fri 1 May 2026 02:30'],
  ])('%s for a recipient in %s reads %s', (value, timeZone, expected) => {
    process.env['TZ'] = host;
    expect(formatDate(value, '%a %-d %B %Y %H:%M', timeZone)).toBe(expected);
  });
});

test('a date that does not exist is not sent: the rendering fails', () => {
  const template = compile({ web: '{{ day | date: "%-d %B" }}' }, { day: {} });
  const result = template.render('web', { context: NO_HISTORY, variables: { day: '2026-02-30' } });
  expect(result).toMatchObject({ ok: false, reason: 'render_failed' });
});
