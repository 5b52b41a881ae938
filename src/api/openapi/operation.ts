import type { Problem } from '../problems.js';
import type { ComponentName, JsonSchema } from './components.js';

/** One method at one path: what it takes, and everything it may answer. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'delete';
  path: string;
  operationId: string;
  summary: string;
  description: string;
  /** Names in the path, each with what it is. */
  pathParameters?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, { description: string; schema: JsonSchema }>>;
  body?: {
    schema: ComponentName;
    examples: Readonly<Record<string, unknown>>;
    /** The request can do without it. */
    optional?: true;
  };
  /** A file as the body: what it may be, each with an example where it can be shown. */
  upload?: Readonly<Record<string, string | undefined>>;
  answers: readonly {
    status: number;
    description: string;
    schema: ComponentName;
    example: unknown;
    /** More that this answer may be, by what they show. */
    others?: Readonly<Record<string, unknown>>;
    headers?: Readonly<Record<string, string>>;
    /** JSON, when left out. One status may be answered in several types. */
    type?: 'text/plain' | 'text/csv' | 'application/x-ndjson';
  }[];
  problems: readonly Problem[];
  /** Health is asked for without a key, and is not counted. */
  open?: true;
}
