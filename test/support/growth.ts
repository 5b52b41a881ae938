/** How long work takes, in milliseconds: the shortest of three times, since the machine has other work. */
function shortest(work: () => void): number {
  const times = [0, 1, 2].map(() => {
    const begun = performance.now();
    work();
    return performance.now() - begun;
  });
  return Math.min(...times);
}

/**
 * By how much longer work takes on eight times as much of the same: about 8 where time grows with the
 * size, 64 where it grows with its square. What takes less than ten milliseconds counts as ten: so
 * short a time says nothing on a busy machine. Other work on the machine only ever adds to one of the
 * two times, so a measurement that looks like a square is made again; a square looks so every time.
 */
export function growth<T>(
  input: (size: number) => T,
  size: number,
  work: (input: T) => unknown,
): number {
  const [small, large] = [input(size), input(8 * size)];
  const measured = () =>
    shortest(() => work(large)) /
    Math.max(
      10,
      shortest(() => work(small)),
    );
  let least = measured();
  for (let again = 0; again < 4 && least > LINEAR; again += 1) least = Math.min(least, measured());
  return least;
}

/** Up to here, time has surely not grown with the square. */
const LINEAR = 16;

/** Linear work takes eight times as long on eight times as much, work by the square sixty-four times. */
export const LINEAR_AT_MOST = 30;
