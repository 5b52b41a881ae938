import type { Property } from './property.js';

/** A place where texts and bytes of others come in. */
export interface Target {
  about: string;
  open(needs: TargetNeeds): Promise<Session>;
}

interface TargetNeeds {
  redisUrl: string;
}

export interface Session {
  properties: readonly Property[];
  /** Stops what was started and takes its keys away. */
  close(): Promise<void>;
}
