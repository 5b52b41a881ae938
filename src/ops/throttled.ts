const SAY_AGAIN_AFTER_MS = 5_000;

/** While Redis is away the same error comes thousands of times a second; one line in five seconds says it. */
export function throttled<T>(say: (about: T) => void): (about: T) => void {
  let saidAt = 0;
  return (about) => {
    if (Date.now() - saidAt < SAY_AGAIN_AFTER_MS) return;
    saidAt = Date.now();
    say(about);
  };
}
