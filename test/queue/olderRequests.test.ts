import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { decodeChunk, encodeChunk } from '../../src/campaign/rowChunk.js';
import { Keyring } from '../../src/notification/keyring.js';
import { newRecord } from '../../src/notification/record.js';
import type { NotificationRequest } from '../../src/notification/request.js';
import { type Office, openOffice } from '../campaign/support/office.js';

/* What the version before accepted: addresses as they were written, and hashed so. */

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(async () => {
  await office.close();
});

test('a request that an older version accepted is known again when its caller repeats it', async () => {
  const request: NotificationRequest = {
    id: 'older',
    recipient: { email: 'Ann@Example.COM', phone: '+4407700900123' },
    template: 'follow-up',
  };
  const hash = Keyring.forDevelopment().hashRequest(request);
  const record = newRecord('older', request, hash, Date.now());
  const templateHash = (await office.producer.catalogue.find('follow-up'))?.hash ?? '';
  await office.producer.store.ledger.accept([{ record, stored: { request, templateHash } }]);

  expect(await office.producer.send(request)).toMatchObject({ id: 'older', isNew: false });
  const other = { ...request, recipient: { email: 'ben@example.com' } };
  await expect(office.producer.send(other)).rejects.toMatchObject({ name: 'IdConflictError' });
});

test('rows that an older version stored come out as they were stored', async () => {
  const rows = [
    {
      number: 2,
      row: { recipient: { externalContactId: 'C0000000-0000-4000-8000-00000000000A' } },
    },
    { number: 3, row: { recipient: { phone: '+4407700900123', email: 'Ann@Example.COM' } } },
    { number: 4, row: { recipient: { externalContactId: 'crm-7' }, variables: { vip: false } } },
  ];
  expect(await decodeChunk(await encodeChunk(rows))).toEqual(rows);
});
