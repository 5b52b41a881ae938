import type { Customer } from '../population/customer.js';
import type { World } from '../world.js';
import { type Html, html } from './html.js';
import { messages } from './messages.js';
import type { Recipient } from './recipients.js';
import { transcript } from './transcript.js';

/** One recipient: who they are, what they got, and beside it what was said. */
export function customerView(world: World, recipient: Recipient): Html {
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
