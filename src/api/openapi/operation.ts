import type { Problem } from '../problems.js';
import type { ComponentName } from './components.js';

/** One method at one path: what it takes, and everything it may answer. */
export interface Operation {
  method: 'get' | 'post' | 'delete';
  path: string;
  operationId: string;
  summary: string;
  description: string;
  /** Names in the path, each with what it is. */
  pathParameters?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: { schema: ComponentName; examples: Readonly<Record<string, unknown>> };
  answers: readonly {
    status: number;
    description: string;
    schema: ComponentName;
    example: unknown;
    headers?: Readonly<Record<string, string>>;
    /** JSON, when left out. */
    type?: 'text/plain';
  }[];
  problems: readonly Problem[];
  /** Health is asked for without a key, and is not counted. */
  open?: true;
}
