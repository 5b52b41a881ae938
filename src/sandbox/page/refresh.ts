/**
 * The page's only script. Looks every two seconds whether anything changed, and replaces just the
 * parts that did, so that nothing that is being read, typed or focused goes away: parts are marked
 * `data-live`, and the children of a `data-live-list` are kept as long as they stay the same. The
 * page works without it.
 */
export const REFRESH_SCRIPT = `
const seen = new Map();
const parts = (root) => [...root.querySelectorAll('[data-live]')];
for (const part of parts(document)) seen.set(part.dataset.live, part.outerHTML);

function refocus(id) {
  if (id && document.activeElement === document.body) document.getElementById(id)?.focus();
}

function renew(fresh) {
  const focused = document.activeElement?.id;
  for (const list of document.querySelectorAll('[data-live-list]')) {
    const next = fresh.querySelector('[data-live-list="' + list.dataset.liveList + '"]');
    if (!next) continue;
    const kept = new Map([...list.children].map((child) => [child.dataset.live, child]));
    const wanted = new Set([...next.children].map((child) => child.dataset.live));
    for (const [key, child] of kept) if (!wanted.has(key)) child.remove();
    let before = list.firstElementChild;
    for (const child of [...next.children]) {
      const old = kept.get(child.dataset.live);
      if (old) { before = old.nextElementSibling; continue; }
      seen.set(child.dataset.live, child.outerHTML);
      list.insertBefore(child, before);
    }
  }
  const now = new Map(parts(fresh).map((part) => [part.dataset.live, part]));
  for (const part of parts(document)) {
    const next = now.get(part.dataset.live);
    if (!next || seen.get(part.dataset.live) === next.outerHTML) continue;
    seen.set(part.dataset.live, next.outerHTML);
    part.replaceWith(next);
  }
  refocus(focused);
}

const busy = () => document.activeElement !== document.body || document.querySelector('.faults details[open]');

async function look() {
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    const other = page.querySelector('main h2')?.textContent !== document.querySelector('main h2')?.textContent;
    if (response.ok && other && !busy()) location.reload();
    else if (response.ok && !other) renew(page);
  } catch {
    // The sandbox was stopped; it may come back.
  }
  setTimeout(look, 2000);
}
setTimeout(look, 2000);
`;
