import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Operation } from '../operation.js';
import type { RequestRecord } from '../requestLog.js';
import type { World } from '../world.js';

/** Ties each request to its record, from its arrival to its end. */
export class Arrivals {
  readonly #records = new WeakMap<FastifyRequest, RequestRecord>();

  constructor(private readonly world: World) {}

  /** Records a request the moment its headers are here, before anything may refuse it. */
  note(request: FastifyRequest, operation: Operation | 'unknown'): RequestRecord {
    const [path = ''] = request.url.split('?', 1);
    const record: RequestRecord = {
      at: this.world.now(),
      method: request.method,
      path,
      operation,
      status: null,
      fault: null,
      client: null,
      correlationId: randomUUID(),
      bytes: Number(request.headers['content-length'] ?? 0),
    };
    this.#records.set(request, record);
    this.world.requests.add(record);
    return record;
  }

  of(request: FastifyRequest): RequestRecord {
    return this.#records.get(request) ?? this.note(request, 'unknown');
  }
}
