// Loaded before a program (node --import): its machine's clock is wrong by CLOCK_SHIFT_MS, or is set
// wrong by as much when the parent says so.
let shift = Number(process.env.CLOCK_SHIFT_MS ?? 0);
const RealDate = Date;

class ShiftedDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + shift);
    else super(...args);
  }

  static now() {
    return RealDate.now() + shift;
  }
}
globalThis.Date = ShiftedDate;

process.on('message', (message) => {
  if (message?.clockShiftMs !== undefined) shift = message.clockShiftMs;
});
