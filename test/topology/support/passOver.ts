/** Says why a topology was not tried on this machine. */
export function passOver(reason: string): void {
  process.stdout.write(`passed over: ${reason}\n`);
}
