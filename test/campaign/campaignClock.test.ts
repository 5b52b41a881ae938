import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { type Office, openOffice } from './support/office.js';

const realNow = Date.now;
const HOUR_MS = 3_600_000;
let office: Office;

beforeEach(async () => {
  office = await openOffice();
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + 25 * HOUR_MS);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await office.close();
});

test('a process whose clock is a day ahead judges the times of its first campaign by the clock of Redis', async () => {
  const endAt = new Date(realNow() + HOUR_MS).toISOString();
  const created = await office.campaigns.create({ id: 'autumn', template: 'follow-up', endAt });
  expect(created).toMatchObject({ kind: 'created', campaign: { endAt } });
});
