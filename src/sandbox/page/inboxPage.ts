import type { World } from '../world.js';
import { customerView } from './customerView.js';
import { faultPanel } from './faultPanel.js';
import { type Html, html, plural } from './html.js';
import { howOften } from './messages.js';
import { type Recipient, recipientOf, recipients } from './recipients.js';

/** More people than this are found by searching. */
const LISTED = 100;

export interface PageQuery {
  /** An external contact id or an address. */
  who: string;
  search: string;
}

/** The whole page. `alert` says why what was just asked for was not done. */
export function inboxPage(world: World, query: PageQuery, alert = ''): string {
  const everybody = recipients(world, query.search);
  const chosen =
    query.who === ''
      ? everybody.find(({ deliveries }) => deliveries.length > 0)
      : recipientOf(world, query.who);
  const page = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Sandbox inbox</title>
  <link rel="stylesheet" href="/_sandbox/inbox/style.css">
  <script type="module" src="/_sandbox/inbox/refresh.js"></script>
</head>
<body>
  <a class="skip" href="#main">Skip to the messages</a>
  <header class="top">
    <h1>Sandbox inbox</h1>
    <p role="status" data-live="totals">${totals(world)}</p>
    <form method="post" action="/_sandbox/inbox/clear"><button>Forget all messages</button></form>
  </header>
  ${alert !== '' && html`<p role="alert">${alert}</p>`}
  <div class="page">
    <div class="side">
      <nav aria-label="Customers">${customerList(everybody, chosen, query)}</nav>
      ${faultPanel(world.faults, query.who)}
    </div>
    <main id="main" tabindex="-1">${
      chosen === undefined ? emptyMain(query.who) : customerView(world, chosen)
    }</main>
  </div>
  <footer class="foot">A simulated Genesys Cloud: nothing here reaches a real person. Times are UTC.
    <a href="/_sandbox/">What else it can do (JSON)</a></footer>
</body>
</html>
`;
  return page.markup;
}

function totals({ inbox, requests }: World): string {
  return `${plural(inbox.total, 'message')} delivered, ${plural(requests.count(), 'request')} arrived`;
}

function customerList(
  everybody: Recipient[],
  chosen: Recipient | undefined,
  { search, who }: PageQuery,
): Html {
  const more = everybody.length - LISTED;
  return html`<form action="/_sandbox/inbox" role="search">
      <label for="search">Find a customer</label>
      <input id="search" name="search" value="${search}" autocomplete="off">
      ${who !== '' && html`<input type="hidden" name="who" value="${who}">`}
      <button>Find</button>
    </form>
    <ul data-live="customers">
      ${everybody.slice(0, LISTED).map((each) => listEntry(each, each.key === chosen?.key, search))}
      ${everybody.length === 0 && html`<li class="quiet">None.</li>`}
      ${more > 0 && html`<li class="quiet">and ${more} more: search for them</li>`}
    </ul>`;
}

function listEntry(recipient: Recipient, current: boolean, search: string): Html {
  const { key, name, address, customer, deliveries } = recipient;
  const query = new URLSearchParams({ who: key, ...(search !== '' && { search }) });
  return html`<li><a id="to-${key}" href="/_sandbox/inbox?${query.toString()}"${
    current && html` aria-current="page"`
  }>
    <span class="name"><bdi>${name}</bdi></span>
    <span class="address"><bdi>${address}</bdi>${customer?.online === false && ', offline'}</span>
    ${deliveries.length > 0 && html`<span class="often">${howOften(deliveries)}</span>`}
  </a></li>`;
}

function emptyMain(who: string): Html {
  if (who !== '') return html`<h2>No customer here has this id or address</h2>`;
  return html`<h2>No messages yet</h2>
    <p>What customers get shows up here by itself. Choose a customer to see what they wrote, to take
    them offline, or to watch what reaches them.</p>`;
}
