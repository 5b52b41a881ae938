import type { CampaignView } from '../../campaign/campaignView.js';
import { type Html, html } from '../../html/html.js';
import { errorPanel, moment, panel } from '../page/components.js';
import { livePart, liveRegion } from '../page/liveUpdates.js';
import { steps } from './stepsBar.js';
import { counted, named, size, whole } from './words.js';

/** Where the file of a campaign is dropped; script/upload.js brings it to life. */
export function filePage(view: CampaignView, now: number): Html {
  const { id, name, import: imported } = view;
  const links = imported === undefined ? {} : { check: `/campaigns/${id}` };
  return html`<h1>${named(name)}</h1>
${steps('file', links)}
${liveRegion(`/live/campaigns/${id}`, livePart('upload', uploadStatus(view, now)))}
${imported === undefined ? undefined : panel('open', html`<p><strong>${counted(imported.rows, 'recipient')} of an earlier file are there.</strong> Another file takes their place. <a href="/campaigns/${id}">Keep them</a></p>`)}
<noscript>${errorPanel(
    'This page needs JavaScript to upload a file.',
    html`Without it: <code>notifier campaign run FILE --id ${id} --template ${view.template}</code>, or PUT the file to <code>/v1/campaigns/${id}/rows</code>.`,
  )}</noscript>
<form data-upload data-columns="/campaigns/${id}/columns" data-rows="/campaigns/${id}/rows">
<div class="drop"><label for="file">Choose a file, or drop it here</label>
<input type="file" id="file" accept=".csv,.tsv,.txt,.gz,.ndjson,.jsonl,text/csv,application/gzip" aria-describedby="file-hint">
<span class="hint" id="file-hint">CSV or NDJSON, also compressed (.gz), up to five million rows. The first row names the columns; one has to be the email, the phone number or the contact id.</span></div>
<div class="field" data-encoding hidden><label for="encoding">Encoding, where letters look wrong below</label>
<select id="encoding"><option value="">As the file says (UTF-8)</option><option value="windows-1252">Windows-1252 (“CSV” of Excel, ANSI)</option><option value="utf-16le">UTF-16 (“Unicode text” of Excel)</option></select></div>
<div data-columns-shown aria-live="polite"></div>
<p class="buttons"><button class="main" data-send hidden>Upload the file</button> <button type="button" data-stop hidden>Stop the upload</button></p>
<div class="sending" data-sending hidden><progress aria-label="Upload" max="100"></progress> <span data-sent role="status"></span></div>
<div data-outcome></div>
</form>`;
}

/** What is known of an upload, also of one from another screen. */
export function uploadStatus({ upload, state }: CampaignView, now: number): Html {
  if (upload === undefined) return html``;
  const at = moment(Date.parse(upload.since), now);
  if (upload.state === 'broken_off') {
    const kept = state === 'ready' ? 'The rows of the file before are still there.' : '';
    return panel(
      'bad',
      html`<p><strong>The last upload broke off</strong> ${at}. Nothing of it was stored. ${kept} Choose the file again, and upload all of it.</p>`,
    );
  }
  const { rows, bytes } = upload;
  const far =
    rows === undefined || bytes === undefined
      ? undefined
      : html`: ${whole(rows)} rows of it so far, ${size(bytes)}`;
  return panel(
    'open',
    html`<p><strong>A file is being uploaded</strong> since ${at}${far}. It counts once its end is there. Another upload takes its place.</p>`,
  );
}
