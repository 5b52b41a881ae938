import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Faults } from '../faults.js';
import { Ring } from '../requestLog.js';
import { fileStore } from './store.js';

type FileKind = 'contact-export' | 'dnc-export' | 'recording';

interface StoredFile {
  kind: FileKind;
  contentType: string;
  /** Made when it is fetched. */
  content: () => string | Buffer;
}

/** A fetch of a file. Downloads are no platform requests, so they are counted here alone. */
export interface Download {
  at: number;
  kind: FileKind | 'unknown';
  status: number;
}

/** Files that jobs leave behind, each at a signed address: who knows it may fetch it. */
export class Files {
  readonly #files = fileStore<StoredFile>();
  readonly #downloads: Ring<Download>;

  constructor(capacity: number) {
    this.#downloads = new Ring(capacity);
  }

  /** @returns the path of its address. */
  add(file: StoredFile): string {
    const id = randomUUID();
    this.#files.add(id, file);
    return `/downloads/${id}`;
  }

  get(id: string): StoredFile | undefined {
    return this.#files.get(id);
  }

  note(download: Download): void {
    this.#downloads.push(download);
  }

  /** Oldest first. */
  downloads(): Download[] {
    return this.#downloads.toArray();
  }

  clear(): void {
    this.#files.clear();
    this.#downloads.clear();
  }
}

const xml = (code: string, message: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;

/**
 * Serves the files as the platform's file store does. The address is the permission: a request that
 * brings a token as well is refused, or a client that sends ours to another host would go unnoticed.
 */
export function downloadRoutes(
  app: FastifyInstance,
  { files, faults, now }: { files: Files; faults: Faults; now: () => number },
): void {
  app.get<{ Params: { id: string } }>('/downloads/:id', (request, reply) => {
    const file = files.get(request.params.id);
    const answer = (status: number, contentType: string, body: string | Buffer) => {
      files.note({ at: now(), kind: file?.kind ?? 'unknown', status });
      return reply.code(status).type(contentType).send(body);
    };
    if (request.headers.authorization !== undefined) {
      const message = 'Only one auth mechanism allowed';
      return answer(400, 'application/xml', xml('InvalidArgument', message));
    }
    if (file === undefined || faults.takeBehaviour('url-expired') !== null) {
      return answer(403, 'application/xml', xml('AccessDenied', 'Request has expired'));
    }
    const content = Buffer.from(file.content());
    if (faults.takeBehaviour('download-cut') === null) {
      return answer(200, file.contentType, content);
    }
    files.note({ at: now(), kind: file.kind, status: 200 });
    reply.hijack();
    reply.raw.writeHead(200, {
      'Content-Type': file.contentType,
      'Content-Length': content.length,
    });
    reply.raw.write(content.subarray(0, Math.floor(content.length / 2)), () => reply.raw.destroy());
  });
}
