import { FAULT_KINDS, type Faults, type StandingFault } from '../faults.js';
import { OPERATIONS } from '../operation.js';
import type { Customer } from '../population/population.js';
import type { World } from '../state.js';
import { type Html, html, plural } from './html.js';
import { howOften, messages, transcript } from './messages.js';
import { type Recipient, recipientOf, recipients } from './recipients.js';

/** One recipient: who they are, what they got, and beside it what was said. */
function customerView(world: World, recipient: Recipient): Html {
  const { name, address, customer } = recipient;
  return html`<article class="customer" aria-labelledby="name">
    <header>
      <h2 id="name"><bdi>${name}</bdi></h2>
      ${customer === null && html`<p class="quiet"><bdi>${address}</bdi> is no customer's address.</p>`}
      ${customer !== null && facts(customer)}
      ${customer !== null && switches(world, customer)}
    </header>
    <div class="columns">
      ${messages(recipient)}
      ${customer !== null && transcript(world, customer)}
    </div>
  </article>`;
}

function facts({ id, email, emailOnContact, phone, language }: Customer): Html {
  return html`<dl>
    <div><dt>Email</dt><dd><bdi>${email ?? 'none'}</bdi>${
      email !== null && !emailOnContact && ' (not on their contact: lookup does not find them)'
    }</dd></div>
    <div><dt>Phone</dt><dd>${phone ?? 'none'}</dd></div>
    <div><dt>Language</dt><dd>${language}</dd></div>
    <div><dt>Contact id</dt><dd><code>${id}</code></dd></div>
  </dl>`;
}

function switches(world: World, { id, online }: Customer): Html {
  const active = [...world.population.conversationsOf(id)].some(({ endedAt }) => endedAt === null);
  return html`<div class="switches" data-live="switches">
    ${toggle(id, 'online', online, {
      state: online ? 'Online: web messages reach them' : 'Offline: web messages do not reach them',
      action: online ? 'Take offline' : 'Bring online',
    })}
    ${toggle(id, 'activeConversation', active, {
      state: active ? 'In a conversation: a web message is a 409' : 'In no conversation',
      action: active ? 'End the conversation' : 'Open a conversation',
    })}
  </div>`;
}

function toggle(
  id: string,
  name: 'online' | 'activeConversation',
  on: boolean,
  { state, action }: { state: string; action: string },
): Html {
  return html`<form method="post" action="/_sandbox/inbox/customers/${id}">
    <span class="state ${on ? 'on' : 'off'}">${state}</span>
    <button id="switch-${name}" name="${name}" value="${String(!on)}">${action}</button>
  </form>`;
}

/** What some kinds take besides an endpoint; left empty, it is left out. */
const DETAILS = [
  { name: 'retryAfter', label: 'Retry-After', hint: '429, 503: "3", a date, or nonsense' },
  { name: 'ms', label: 'Milliseconds', hint: 'delay' },
  { name: 'seconds', label: 'Seconds', hint: 'trickle; for ever when empty' },
  { name: 'permission', label: 'Permission', hint: '403-permission' },
] as const;

/** Makes the platform misbehave; says what stands and how often it has fired. */
function faultPanel(faults: Faults, back: string): Html {
  const standing = faults.list();
  return html`<section aria-labelledby="faults" class="faults">
    <h2 id="faults">Faults</h2>
    <div data-live="faults">
      ${standing.length === 0 && html`<p class="quiet">None: the platform behaves.</p>`}
      ${standing.length > 0 && html`<ul>${standing.map(faultView)}</ul>`}
      ${
        standing.length > 0 &&
        html`<form method="post" action="/_sandbox/inbox/faults/clear">
          <input type="hidden" name="back" value="${back}"><button>Remove all faults</button></form>`
      }
    </div>
    <details><summary>Arm a fault</summary>
      <form method="post" action="/_sandbox/inbox/faults" class="fields">
        <input type="hidden" name="back" value="${back}">
        <label>Endpoint <select name="endpoint">${options(['*', ...OPERATIONS])}</select></label>
        <label>Kind <select name="kind">${options(FAULT_KINDS)}</select></label>
        <label>Times <input name="count" inputmode="numeric" placeholder="1"></label>
        <label>or share <input name="probability" inputmode="decimal" placeholder="0 to 1"></label>
        ${DETAILS.map(
          ({ name, label, hint }) =>
            html`<label>${label} <input name="${name}"><small>${hint}</small></label>`,
        )}
        <label class="check"><input type="checkbox" name="delivered" value="true"> Takes effect first
          <small>stall</small></label>
        <button>Arm</button>
      </form>
    </details>
  </section>`;
}

function options(values: readonly string[]): Html[] {
  return values.map(
    (value) =>
      html`<option value="${value}">${value === '*' ? '* (every endpoint)' : value}</option>`,
  );
}

function faultView({ fault, fired, remaining }: StandingFault): Html {
  const often =
    remaining === null
      ? `on ${(fault.probability ?? 0) * 100} % of requests`
      : `${remaining} to go`;
  return html`<li><strong>${fault.kind}</strong> at ${fault.endpoint}: ${
    remaining === 0 ? 'spent' : often
  }, fired ${fired}</li>`;
}

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
