// Says when the live parts of a page are not live any more, and since when. Closes the connection of a
// page that is not seen: a browser has six for a server, and ten open tabs would use them up.

const SILENT_AFTER_MS = 10000;

for (const region of document.querySelectorAll('[data-live]')) watch(region);

function watch(region) {
  let source;
  let connections = 0;
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
    // htmx connects anew what has changed, and lets each part listen to the new connection.
    connections += 1;
    for (const part of [region, ...region.querySelectorAll('[sse-swap]')]) {
      part.dataset.connection = String(connections);
    }
    window.htmx.process(region);
  });
}
