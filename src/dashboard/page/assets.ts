import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

const JAVASCRIPT = 'text/javascript; charset=utf-8';
const CSS = 'text/css; charset=utf-8';

/** What the pages load, by the name that a page gives it: a file of ours, or one of a package. */
const FILES = {
  'console.css': { type: CSS, own: true, file: './assets/console.css' },
  'upload.js': { type: JAVASCRIPT, own: true, file: './assets/upload.js' },
  'afterPaint.js': { type: JAVASCRIPT, own: true, file: './assets/afterPaint.js' },
  'live.js': { type: JAVASCRIPT, own: true, file: './assets/live.js' },
  'flowPlot.js': { type: JAVASCRIPT, own: true, file: './assets/flowPlot.js' },
  'htmx.js': { type: JAVASCRIPT, own: false, file: 'htmx.org/dist/htmx.min.js' },
  'sse.js': { type: JAVASCRIPT, own: false, file: 'htmx-ext-sse/dist/sse.min.js' },
  'uplot.js': { type: JAVASCRIPT, own: false, file: 'uplot/dist/uPlot.iife.min.js' },
  'uplot.css': { type: CSS, own: false, file: 'uplot/dist/uPlot.min.css' },
} as const;

export type AssetName = keyof typeof FILES;

interface Asset {
  /** Holds the digest of the content, so that a browser may keep it for ever. */
  url: string;
  type: string;
  body: Buffer;
  compressed: Buffer;
}

const loaded = new Map<AssetName, Asset>();

/** Reads an asset at its first use: the URL holds its digest. */
export function assetOf(name: AssetName): Asset {
  let asset = loaded.get(name);
  if (asset === undefined) {
    asset = load(name);
    loaded.set(name, asset);
  }
  return asset;
}

function load(name: AssetName): Asset {
  const { type, own, file } = FILES[name];
  const at = own ? new URL(file, import.meta.url) : createRequire(import.meta.url).resolve(file);
  const body = readFileSync(at);
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
  const [stem, ending] = name.split('.');
  return {
    url: `/assets/${stem}.${digest}.${ending}`,
    type,
    body,
    compressed: gzipSync(body, { level: 9 }),
  };
}

/**
 * Serves style sheet and scripts, each at a URL of its content. They hold nothing secret: the page of the
 * login needs them, too, so no login is asked for.
 */
export function assetRoutes(app: FastifyInstance): void {
  for (const name of Object.keys(FILES) as AssetName[]) {
    const { url, type, body, compressed } = assetOf(name);
    app.get(url, async (request, reply) => {
      const gzip = /\bgzip\b/.test(String(request.headers['accept-encoding']));
      if (gzip) reply.header('content-encoding', 'gzip');
      return reply
        .headers({
          'cache-control': 'public, max-age=31536000, immutable',
          vary: 'accept-encoding',
        })
        .type(type)
        .send(gzip ? compressed : body);
    });
  }
}
