import fc from 'fast-check';
import { ApiProcess, type ApiRequest } from '../harness/apiProcess.js';
import {
  anyRequest,
  describedRequest,
  notificationBody,
  rawBytes,
} from '../harness/apiRequests.js';
import { judgeAnswer, storedWholeOrNotAtAll, talk } from '../harness/judgeApi.js';
import { HANG_MS, property } from '../harness/property.js';
import type { Target } from '../harness/target.js';

export const target: Target = {
  about: 'the HTTP API over real HTTP, and what people see of it in a browser',
  async open({ redisUrl }) {
    const api = await ApiProcess.start(redisUrl);
    return {
      properties: [
        property('described', describedRequest, (asked) => judgeAnswer(api, asked), {
          weight: 5,
          allowedMs,
        }),
        property('anything', anyRequest, (asked) => judgeAnswer(api, asked), {
          weight: 3,
          allowedMs,
        }),
        property('raw', rawBytes, (bytes) => talk(api, bytes)),
        property('whole or not at all', fc.tuple(fc.uuid(), notificationBody), ([id, body]) =>
          storedWholeOrNotAtAll(api, id, body),
        ),
      ],
      close: () => api.close(),
    };
  },
};

/** A pause, which recovering begins with, waits until sends that are under way have ended; an export goes through all places of the list. */
function allowedMs({ path }: ApiRequest): number {
  return /^\/v1\/(?:pause|recover|suppressions\/export)/.test(path) ? 10 * HANG_MS : HANG_MS;
}
