// Draws what flowed. Reads its numbers anew now and then while the page is seen; a table beside it says
// the same to those who do not see it.

const READ_EVERY_MS = 30000;
const HEIGHT = 220;

// The time of day in UTC, as everywhere on the page.
const clock = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 16);

for (const element of document.querySelectorAll('[data-plot]')) {
  Promise.all([loadScript(element.dataset.script), loadStyle(element.dataset.style)])
    .then(() => plot(element))
    // Without the library there is no plot; the table has the numbers.
    .catch(() => undefined);
}

function loadScript(src) {
  return added(Object.assign(document.createElement('script'), { src }));
}

function loadStyle(href) {
  return added(Object.assign(document.createElement('link'), { rel: 'stylesheet', href }));
}

function added(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener('load', resolve);
    element.addEventListener('error', reject);
    document.head.append(element);
  });
}

function plot(element) {
  const buttons = document.querySelectorAll('[data-plot-spans] button');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let span = 'hour';
  let data;
  let drawn;

  const draw = () => {
    if (data === undefined) return;
    const { at, sent, requests, failed, fallback } = data.spans[span];
    const budget = at.map(() => data.budget);
    drawn?.destroy();
    const look = getComputedStyle(document.documentElement);
    const colour = (name) => look.getPropertyValue(name).trim();
    const line = (stroke, more) => ({
      stroke: colour(stroke),
      width: 2,
      points: { show: false },
      ...more,
    });
    const axis = {
      stroke: colour('--quiet'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      size: 30,
    };
    drawn = new window.uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
        scales: { y: { range: (_plot, _min, max) => [0, Math.max(5, max * 1.05)] } },
        axes: [
          { ...axis, values: (_plot, times) => times.map(clock) },
          { ...axis, size: 46 },
        ],
        series: [
          {},
          line('--plot-sent', { fill: colour('--plot-fill') }),
          line('--plot-requests', { width: 1 }),
          line('--quiet', { width: 1, dash: [6, 5] }),
          line('--plot-failed'),
          line('--plot-fallback'),
        ],
      },
      [at, sent, requests, budget, failed, fallback],
      element,
    );
  };

  const read = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(element.dataset.plot, { headers: { accept: 'application/json' } });
      if (!answer.ok) return;
      data = await answer.json();
      draw();
    } catch {
      // The page says itself that the api does not answer.
    }
  };

  for (const button of buttons) {
    button.addEventListener('click', () => {
      span = button.dataset.span;
      for (const each of buttons) each.setAttribute('aria-pressed', String(each === button));
      draw();
    });
  }
  dark.addEventListener('change', draw);
  new ResizeObserver(() => drawn?.setSize({ width: element.clientWidth, height: HEIGHT })).observe(
    element,
  );
  document.addEventListener('visibilitychange', read);
  setInterval(read, READ_EVERY_MS);
  read();
}
