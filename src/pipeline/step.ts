/**
 * The moments of an attempt between which a process can die. Observers are awaited: tests freeze and
 * kill a worker exactly here, which is the only way to show that each crash window is closed.
 */
export type Step =
  | 'claimed'
  | 'context_ready'
  | 'before_intent'
  | 'intent_written'
  | 'answer_received'
  | 'answer_recorded';

export type StepObserver = (step: Step, notificationId: string) => Promise<void> | void;

/** The parts of an attempt whose duration is worth watching. */
export type Phase = 'identity' | 'history' | 'context' | 'dispatch' | 'delivery_check';

/** Told of each phase that has ended, however it ended. */
export type PhaseObserver = (phase: Phase, durationMs: number) => void;
