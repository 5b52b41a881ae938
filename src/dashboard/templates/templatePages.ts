import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Campaigns } from '../../campaign/campaigns.js';
import { html } from '../../html/html.js';
import type { Channel } from '../../notification/state.js';
import type { CompileOptions } from '../../templates/compile.js';
import { sendPage } from '../page/layout.js';
import { lookAtFolder } from './folderLook.js';
import { askedVersion, choiceIn, sampleMailRoute } from './samplePreviews.js';
import { templateListPage } from './templateListPage.js';
import { templatePage } from './templatePage.js';
import type { TemplateReader } from './templateReader.js';

export interface TemplatePagesParts {
  reader: TemplateReader;
  campaigns: Pick<Campaigns, 'open'>;
  /** The folder that this api has loaded its templates from. */
  dir: string;
  /** By name, the content hashes of what it has loaded. */
  loaded: ReadonlyMap<string, string>;
  configured: readonly Channel[];
  /** As the deployment compiles templates. */
  options: CompileOptions;
}

/** Of campaigns that wait for a person, as many of the newest are looked at. */
const CAMPAIGNS_LOOKED_AT = 200;

type Query = { Querystring: Record<string, unknown> };

/** The pages about templates. Nothing is changed here: templates are files, made known at a start. */
export function templatePages(app: FastifyInstance, parts: TemplatePagesParts): void {
  const { reader, campaigns, dir, loaded, configured, options } = parts;
  sampleMailRoute(app, reader);

  app.get<Query>('/templates', async (request, reply) => {
    const [templates, open, folder] = await Promise.all([
      reader.list(),
      campaigns.open(CAMPAIGNS_LOOKED_AT),
      request.query['folder'] === 'look' ? lookAtFolder(dir, configured, options) : undefined,
    ]);
    const body = templateListPage({ templates, open, folder, now: Date.now() });
    return sendPage(request, reply, { title: 'Templates', section: 'templates', body });
  });

  app.get<Query & { Params: { name: string } }>('/templates/:name', async (request, reply) => {
    const { name } = request.params;
    const read = await reader.read(name, askedVersion(request.query));
    if (read === undefined) return sendNone(request, reply);
    const [versions, open] = await Promise.all([
      reader.versions(name),
      campaigns.open(CAMPAIGNS_LOOKED_AT),
    ]);
    const body = templatePage({
      ...read,
      versions,
      open: open.filter(({ template }) => template === name),
      loaded: loaded.get(name),
      choice: choiceIn(request.query),
      now: Date.now(),
    });
    return sendPage(request, reply, { title: name, section: 'templates', body, frames: true });
  });
}

function sendNone(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const title = 'There is no such template';
  const body = html`<h1>${title}</h1>
<p>No api or worker has made a template of this name known. <a href="/templates">See those that are there</a>.</p>`;
  return sendPage(request, reply, { title, section: 'templates', body, status: 404 });
}
