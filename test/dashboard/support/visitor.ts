import type { TestApi } from '../../api/support/api.js';

export const LOGIN = { DASHBOARD_USER: 'ops', DASHBOARD_PASSWORD: 'correct horse battery' };

/** What a browser does at the dashboard, as far as the server can tell. */
export class Visitor {
  readonly #url: string;
  cookie = '';

  constructor(url: string) {
    this.#url = url;
  }

  static async loggedIn(api: Pick<TestApi, 'url'>): Promise<Visitor> {
    const visitor = new Visitor(api.url);
    const { DASHBOARD_USER: user, DASHBOARD_PASSWORD: password } = LOGIN;
    const answer = await visitor.submit('/login', { user, password });
    visitor.cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return visitor;
  }

  /** Opens a page, without following where it redirects to. */
  open(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#fetch(path, { headers: { accept: 'text/html', ...headers } });
  }

  /** Submits a form of one of our own pages. */
  submit(
    path: string,
    form: Record<string, string> | [string, string][],
    headers: Record<string, string> = {},
  ) {
    return this.#fetch(path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { origin: this.#url, ...headers },
    });
  }

  /** What the dashboard's own script does. */
  async call(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const answer = await this.#fetch(`/queues/api${path}`, {
      method,
      headers: {
        origin: this.#url,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** A large body that is left unread keeps its socket open, and the process of the tests running. */
  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { cookie: this.cookie, ...(init.headers as Record<string, string>) };
    const answer = await fetch(`${this.#url}${path}`, { redirect: 'manual', ...init, headers });
    const body = await answer.arrayBuffer();
    return new Response(body.byteLength === 0 ? null : body, answer);
  }
}
