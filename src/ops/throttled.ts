const SAY_AGAIN_AFTER_MS = 5_000;

/** While Redis is away the same error comes thousands of times a second; one line in five seconds says it. */
export function throttled<T>(say: (about: T) => void): (about: T) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  return (about) => {
    if (performance.now() - saidAt < SAY_AGAIN_AFTER_MS) return;
    saidAt = performance.now();
    say(about);
  };
}
