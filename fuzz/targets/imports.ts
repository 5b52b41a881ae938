import { Readable } from 'node:stream';
import fc from 'fast-check';
import { readSidecar } from '#product/campaign/inbox/sidecar.js';
import { readContactExport } from '#product/prefetch/exportFile.js';
import { recordingsIn } from '#product/prefetch/recordingFile.js';
import { API_KEY, type ApiAnswer, ApiProcess } from '../harness/apiProcess.js';
import { rowsFile } from '../harness/files.js';
import { damaged, jsonBytes, mutated } from '../harness/hostile.js';
import { judgeAnswer } from '../harness/judgeApi.js';
import { property } from '../harness/property.js';
import type { Target } from '../harness/target.js';

const AUTHORIZED = { authorization: `Bearer ${API_KEY}` };

const types = fc.constantFrom(
  'text/csv',
  'text/csv; charset=utf-16le',
  'text/csv; charset=windows-1252',
  'application/x-ndjson',
  'application/octet-stream',
);

const sidecar = mutated(
  fc.constant({
    id: 'spring',
    name: 'Spring sale',
    template: 'follow-up',
    startAt: '2026-12-01T09:00:00Z',
    endAt: '2026-12-02T09:00:00Z',
    map: { 'E-Mail': 'email' },
    ignore: ['Notes'],
    acceptRejected: true,
    start: 'now',
    encoding: 'utf-8',
  }),
);

const recording = mutated(
  fc.constant([
    {
      conversationId: 'a',
      media: 'message',
      messagingTranscript: [
        { from: 'a', purpose: 'customer', messageText: 'hello', timestamp: '2026-11-22T09:00:00Z' },
      ],
    },
  ]),
);

export const target: Target = {
  about:
    'files: recipients and suppressions over HTTP, sidecars of the inbox, exports of the platform',
  async open({ redisUrl }) {
    const api = await ApiProcess.start(redisUrl);
    return {
      properties: [
        property(
          'recipients',
          fc.record({ file: rowsFile, type: types, id: fc.uuid() }),
          ({ file, type, id }) => importedWholeOrNotAtAll(api, id, type, file),
          { weight: 4 },
        ),
        property(
          'suppressions',
          fc.record({ file: rowsFile, type: types }),
          ({ file, type }) =>
            judgeAnswer(api, {
              method: 'POST',
              path: '/v1/suppressions/import',
              headers: { ...AUTHORIZED, 'content-type': type },
              body: file,
            }),
          { weight: 2 },
        ),
        property('sidecars', damaged(sidecar.map(jsonBytes)), (bytes) => {
          readSidecar(bytes.toString(), 1_790_000_000_000);
          return undefined;
        }),
        property('exports of contacts', rowsFile, async (file) => {
          await readContactExport(
            Readable.from([file.subarray(0, 40), file.subarray(40)]),
            new Set(),
          );
          return undefined;
        }),
        property('recordings', damaged(recording.map(jsonBytes)), (bytes) => {
          recordingsIn(bytes, 'a');
          return undefined;
        }),
      ],
      close: () => api.close(),
    };
  },
};

/** A file that is refused leaves the campaign as it was; of one that is taken, all rows are accounted for. */
async function importedWholeOrNotAtAll(
  api: ApiProcess,
  id: string,
  type: string,
  file: Buffer,
): Promise<string | undefined> {
  const campaign = {
    method: 'POST',
    path: '/v1/campaigns',
    headers: { ...AUTHORIZED, 'content-type': 'application/json' },
    body: jsonBytes({ id, name: 'fuzz', template: 'order-update' }),
  };
  const created = await api.ask(campaign);
  if (created.status >= 300) return `the campaign was not created: ${created.text}`;
  const path = `/v1/campaigns/${id}`;
  const upload = {
    method: 'PUT',
    path: `${path}/rows`,
    headers: { ...AUTHORIZED, 'content-type': type },
  };
  let answer: ApiAnswer | undefined;
  const complaint = await judgeAnswer(api, { ...upload, body: file }, (given) => {
    answer = given;
  });
  if (complaint !== undefined) return complaint;
  const seen = await api.ask({ method: 'GET', path, headers: AUTHORIZED });
  const view = JSON.parse(seen.text) as { import?: { rows: number }; counts: { waiting: number } };
  const rows = view.import?.rows ?? 0;
  const isTaken = answer !== undefined && answer.status < 300;
  if (isTaken !== rows > 0) return `answered ${answer?.status}, and the campaign has ${rows} rows`;
  if (view.counts.waiting !== rows) return `${rows} rows, of which ${view.counts.waiting} wait`;
  return judgeAnswer(api, {
    method: 'GET',
    path: `${path}/rejected?format=csv`,
    headers: AUTHORIZED,
  });
}
