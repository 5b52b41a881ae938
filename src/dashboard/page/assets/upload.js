// Sends a file to a campaign: its first piece to see what the columns mean, then all of it, with how far it is.
// The browser streams the file from the disk; what the server has read is the truth, and it says so itself.

const HEAD_BYTES = 64 * 1024;
/** Headers of a request have limits everywhere on their way. */
const CHOICES_MAX_CHARS = 6000;

for (const form of document.querySelectorAll('form[data-upload]')) prepare(form);

function prepare(form) {
  const find = (selector) => form.querySelector(selector);
  const input = find('input[type=file]');
  const drop = find('.drop');
  const encoding = find('#encoding');
  const shown = find('[data-columns-shown]');
  const send = find('[data-send]');
  const stop = find('[data-stop]');
  const sending = find('[data-sending]');
  const bar = sending.querySelector('progress');
  const sent = find('[data-sent]');
  const outcome = find('[data-outcome]');
  /** What is so of an upload that did not come to its end. */
  const left = form.dataset.left ?? 'Nothing of it was stored.';
  let file;
  let choices = {};
  let looks = 0;
  let upload;

  input.addEventListener('change', () => take(input.files[0]));
  for (const name of ['dragenter', 'dragover']) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add('over');
    });
  }
  for (const name of ['dragleave', 'drop']) {
    drop.addEventListener(name, () => drop.classList.remove('over'));
  }
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length > 0) take(event.dataTransfer.files[0]);
  });
  encoding.addEventListener('change', look);
  shown.addEventListener('change', ({ target }) => {
    if (target.dataset.column !== undefined) choose(target.dataset.column, target.value);
  });
  form.addEventListener('click', ({ target }) => {
    const button = target.closest('[data-choose]');
    if (button) choose(button.dataset.choose, button.dataset.as);
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (file !== undefined && upload === undefined) start();
  });
  stop.addEventListener('click', () => upload?.abort());
  window.addEventListener('beforeunload', (event) => {
    if (upload !== undefined) event.preventDefault();
  });

  function take(chosen) {
    if (chosen === undefined || upload !== undefined) return;
    file = chosen;
    choices = {};
    outcome.replaceChildren();
    find('[data-encoding]').hidden = false;
    look();
  }

  function choose(column, meaning) {
    if (meaning === '') delete choices[column];
    else choices[column] = meaning;
    look();
  }

  /** The server reads the first piece as the import would. Of several looks, the last one is shown. */
  async function look() {
    if (file === undefined) return;
    looks += 1;
    const current = looks;
    const focused = document.activeElement?.dataset?.at;
    try {
      const head = await base64(file.slice(0, HEAD_BYTES));
      const answer = await fetch(form.dataset.columns, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          head,
          isWhole: file.size <= HEAD_BYTES,
          encoding: encoding.value,
          choices,
        }),
      });
      if (current !== looks) return;
      if (!answer.ok) return refused(answer.status, await answer.text());
      outcome.replaceChildren();
      shown.innerHTML = await answer.text();
      send.replaceChildren('Upload ', isolated(file.name.slice(0, 60)), ` (${size(file.size)})`);
      send.hidden = shown.querySelector('[data-usable=yes]') === null;
      shown.querySelector(`select[data-at="${focused}"]`)?.focus();
    } catch {
      if (current === looks)
        say('The file cannot be read, or the api does not answer. Choose the file again.');
    }
  }

  function start() {
    const chosen = encodeURIComponent(JSON.stringify(choices));
    if (chosen.length > CHOICES_MAX_CHARS) {
      say(
        'Too many columns were changed by hand. Rename them in the file, or leave more as they are.',
      );
      return;
    }
    upload = new XMLHttpRequest();
    upload.open('PUT', form.dataset.rows);
    const charset = encoding.value === '' ? '' : `; charset=${encoding.value}`;
    upload.setRequestHeader('content-type', `application/octet-stream${charset}`);
    upload.setRequestHeader('notifier-columns', chosen);
    upload.upload.addEventListener('progress', ({ loaded, total }) => progress(loaded, total));
    upload.addEventListener('load', () => answered(upload.status, upload.responseText));
    upload.addEventListener('abort', () => ended(`You have stopped the upload. ${left}`));
    upload.addEventListener('error', () =>
      ended(`The upload broke off: the connection was lost. ${left} Upload the file again.`),
    );
    outcome.replaceChildren();
    busy(true);
    progress(0, file.size);
    upload.send(file);
  }

  function progress(loaded, total) {
    bar.value = total === 0 ? 100 : (loaded / total) * 100;
    sent.textContent =
      loaded < total
        ? `${Math.floor((loaded / total) * 100)} %: ${size(loaded)} of ${size(total)}. Leave this page open until it is done.`
        : 'All of it is sent. The last rows are being read …';
  }

  function answered(status, text) {
    if (status === 200) {
      upload = undefined;
      window.location.assign(JSON.parse(text).location);
      return;
    }
    busy(false);
    refused(status, text);
  }

  /** The pages of the console answer with a piece of HTML, what stands before them with a problem document. */
  function refused(status, text) {
    if (text.startsWith('<')) outcome.innerHTML = text;
    else say(problemOf(status, text));
    outcome.scrollIntoView({ block: 'nearest' });
  }

  function ended(words) {
    busy(false);
    say(words);
  }

  function busy(is) {
    if (!is) upload = undefined;
    send.disabled = is;
    input.disabled = is;
    encoding.disabled = is;
    for (const select of shown.querySelectorAll('select')) select.disabled = is;
    sending.hidden = !is;
    stop.hidden = !is;
  }

  function say(words) {
    const panel = document.createElement('div');
    panel.className = 'panel bad';
    panel.setAttribute('role', 'alert');
    const line = document.createElement('p');
    line.textContent = words;
    panel.append(line);
    outcome.replaceChildren(panel);
  }
}

function problemOf(status, text) {
  if (status === 401)
    return 'You are not logged in any more. Log in on another tab, and try again.';
  try {
    const { title, detail } = JSON.parse(text);
    return detail ?? title;
  } catch {
    return `The api answered with status ${status}. Try again.`;
  }
}

/** A name of any direction turns nothing around it. */
function isolated(text) {
  const element = document.createElement('bdi');
  element.textContent = text;
  return element;
}

async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

function size(bytes) {
  return bytes < 1e6
    ? `${Math.max(1, Math.round(bytes / 1e3))} KB`
    : `${(bytes / 1e6).toFixed(1)} MB`;
}
