// Says when the live parts of a page are not live any more, and since when. Closes the connection of a
// page that is not seen: a browser has six for a server, and ten open tabs would use them up.

const SILENT_AFTER_MS = 10000;
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex]';

for (const region of document.querySelectorAll('[data-live]')) {
  const connect = connector(region);
  watch(region, connect);
  swapOnlyChanges(region);
  keepFocus(region);
  keepSelection(region);
  // htmx has looked at the page before its extension was there, and this script could listen.
  connect();
}

/** htmx connects anew what has changed, and lets each part listen to the new connection. */
function connector(region) {
  let connections = 0;
  return () => {
    connections += 1;
    for (const part of [region, ...region.querySelectorAll('[sse-swap]')]) {
      part.dataset.connection = String(connections);
    }
    window.htmx.process(region);
  };
}

/** A new connection sends again what a part shows: a screen reader would read it out once more. */
function swapOnlyChanges(region) {
  const shown = new WeakMap();

  region.addEventListener('htmx:sseBeforeMessage', (event) => {
    const { target: part, detail } = event;
    if (shown.get(part) !== detail.data) {
      shown.set(part, detail.data);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  });
}

/** An update puts new elements in place of the old ones: who is on one of them with the keyboard stays there. */
function keepFocus(region) {
  let left;

  region.addEventListener('htmx:sseBeforeMessage', ({ target: part }) => {
    const focused = document.activeElement;
    left = undefined;
    if (focused === part || !part.contains(focused)) return;
    const all = [...part.querySelectorAll(FOCUSABLE)];
    const alike = all.filter((one) => nameOf(one) === nameOf(focused));
    left = { name: nameOf(focused), nth: alike.indexOf(focused), at: all.indexOf(focused) };
  });

  region.addEventListener('htmx:sseMessage', ({ target: part }) => {
    if (left === undefined || part.contains(document.activeElement)) return;
    const all = [...part.querySelectorAll(FOCUSABLE)];
    const alike = all.filter((one) => nameOf(one) === left.name);
    const next = alike[left.nth] ?? alike[0] ?? all[Math.min(left.at, all.length - 1)];
    left = undefined;
    if (next === undefined) part.setAttribute('tabindex', '-1');
    (next ?? part).focus({ preventScroll: true });
  });
}

function nameOf(element) {
  const { tagName } = element;
  const name = element.getAttribute('href') ?? element.getAttribute('aria-label');
  return `${tagName} ${name ?? element.textContent}`;
}

/** What is selected, to be copied, stays as it is until it is no longer selected. */
function keepSelection(region) {
  const waiting = new Map();
  const isSelected = (part) => {
    const selection = document.getSelection();
    return selection !== null && !selection.isCollapsed && selection.containsNode(part, true);
  };

  region.addEventListener('htmx:sseBeforeMessage', (event) => {
    waiting.delete(event.target);
    if (!isSelected(event.target)) return;
    waiting.set(event.target, event.detail.data);
    event.preventDefault();
  });

  document.addEventListener('selectionchange', () => {
    for (const [part, content] of waiting) {
      if (isSelected(part)) continue;
      waiting.delete(part);
      window.htmx.swap(part, content, { swapStyle: 'innerHTML' });
    }
  });
}

function watch(region, connect) {
  let source;
  let heardAt = Date.now();
  let silentSince;

  const show = () => {
    const isSilent = !document.hidden && Date.now() - heardAt > SILENT_AFTER_MS;
    if (isSilent) silentSince ??= heardAt;
    else silentSince = undefined;
    region.classList.toggle('is-stale', isSilent);
    const words = region.querySelector('[data-stale-since]');
    const since = isSilent ? `since ${new Date(silentSince).toISOString().slice(11, 19)} UTC.` : '';
    if (words && words.textContent !== since) words.textContent = since;
  };

  const listen = (event) => {
    source = event.detail.source;
    heardAt = Date.now();
    source.addEventListener('alive', () => {
      heardAt = Date.now();
      show();
    });
    show();
  };

  region.addEventListener('htmx:sseOpen', listen);
  setInterval(show, 1000);

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      source?.close();
      return;
    }
    heardAt = Date.now();
    if (source?.readyState !== EventSource.CLOSED) return;
    connect();
  });
}
