// Says when the live parts of a page are not live any more, and since when. Closes the connection of a
// page that is not seen: a browser has six for a server, and ten open tabs would use them up.

const SILENT_AFTER_MS = 10000;

for (const region of document.querySelectorAll('[data-live]')) watch(region);

function watch(first) {
  let region = first;
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
    // A copy knows nothing of the closed connection, so htmx opens one for it.
    const copy = region.cloneNode(true);
    copy.addEventListener('htmx:sseOpen', listen);
    region.replaceWith(copy);
    region = copy;
    window.htmx.process(copy);
  });
}
