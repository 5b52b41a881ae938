/** How often a property is tried: as often as in the suite, or MODEL_TIMES times as often. */
export function modelRuns(inTheSuite: number): number {
  return Math.ceil(inTheSuite * Number(process.env.MODEL_TIMES ?? 1));
}
