import type { Finding, Records } from './judge.js';
import type { SceneNeeds } from './openScene.js';
import type { ServerName } from './redisServer.js';
import type { Scene } from './scene.js';

/** One file of `faults/` exports one of these as `fault`; its file's name is its name. */
export interface Fault {
  /** One sentence that stands under the table. */
  about: string;
  /** What is not promised under it, and by what that is narrowed; such losses are counted by themselves. */
  notPromised?: string;
  /** Why it cannot be tried on this machine; undefined when it can. */
  notHere?(settings: ChaosSettings): Promise<string | undefined>;
  /** What the scene has beside or instead of the usual. */
  needs?(settings: ChaosSettings): SceneNeeds | Promise<SceneNeeds>;
  /** Watches the scene from before the first notification on, for what the ledger and the sandbox do not show. */
  watch?(scene: Scene): Promise<Watch>;
  /**
   * Strikes while notifications are accepted and sent. Once it has resolved all is well again, as far as
   * that is in the power of a person who runs a deployment.
   */
  strike(scene: Scene): Promise<void>;
}

/** What a fault sees beside the ledger and the sandbox. */
export interface Watch {
  /** To be asked when all have ended. */
  findings(records: Records): Promise<Finding[]>;
  close(): Promise<void>;
}

/** What the command line says. */
export interface ChaosSettings {
  /** For each fault. */
  notifications: number;
  seed: number;
  workers: number;
  /** How long a process stays frozen and a network silent (ms). */
  outageMs: number;
  /** How long after the last fault a notification may take to its end (ms). */
  settleMs: number;
  /** The version that a rolling update begins with: a commit or a tag. */
  before?: string;
  /** What becomes of an `unknown` that is surely not on the platform. */
  unknownPolicy: 'hold' | 'resend';
  /** The Redis server to start, where another one than the usual is asked for. */
  redis?: ServerName;
}
