// Loads what a page does not need in order to be read, once it is seen: on a machine with few processors the
// browser paints later while it reads and runs scripts (measured: 60 to 90 ms of 400).

const PAINTED_WITHIN_MS = 1000;
const SCRIPTS = document.currentScript.dataset.scripts.split(' ');

Promise.all([painted(), complete()]).then(() => {
  for (const src of SCRIPTS) {
    // Not `async`: each runs after those before it.
    document.head.append(Object.assign(document.createElement('script'), { src, async: false }));
  }
});

/** Two frames later would be too early: their pictures are not shown yet, and a script holds them up. */
function painted() {
  return new Promise((resolve) => {
    new PerformanceObserver(resolve).observe({ type: 'paint', buffered: true });
    // A page that was opened out of sight may not have its first paint noted.
    setTimeout(resolve, PAINTED_WITHIN_MS);
  });
}

/** Before that, htmx would wait for an event that has passed. */
function complete() {
  return new Promise((resolve) => {
    if (document.readyState === 'complete') resolve();
    else window.addEventListener('load', resolve);
  });
}
