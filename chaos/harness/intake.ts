/** How the notifications of a run get into the deployment. */
export interface Intake {
  /** When each was accepted (epoch ms): from the answer on, the promises hold. */
  readonly acceptedAt: ReadonlyMap<string, number>;
  /** Resolves once nothing more is handed over. */
  readonly finished: Promise<void>;
  /** Hands all over. */
  run(): Promise<void>;
  /** Resolves once this share of all is on its way, or nothing more is handed over. */
  reached(share: number): Promise<void>;
  /** Ends all waiting as well. */
  stop(): void;
}
