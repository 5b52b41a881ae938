import type { z } from 'zod';
import { explain } from '../answer.js';

/** A request to the control API that cannot be fulfilled; the error handler answers it. */
export class ControlError extends Error {
  override readonly name = 'ControlError';

  constructor(
    readonly statusCode: 400 | 403 | 404,
    message: string,
  ) {
    super(message);
  }
}

export function checked<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new ControlError(400, explain(result.error));
}
