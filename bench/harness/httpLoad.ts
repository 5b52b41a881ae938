import http from 'node:http';

export interface Load {
  url: string;
  headers: Record<string, string>;
  /** Requests in flight, each on a connection of its own that stays open. */
  connections: number;
  requests: number;
  bodyOf: (number: number) => string;
  expected: number;
}

/**
 * Sends POSTs as fast as they are answered. Requests a second, of the second half: the first brings
 * compiled code and open connections. Throws on any answer but the one expected.
 */
export async function postsPerSecond(load: Load): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: load.connections });
  let begun = 0;
  let answered = 0;
  let halfAt = 0;
  const post = async () => {
    while (begun < load.requests) {
      begun += 1;
      const status = await postOnce(agent, load, begun);
      if (status !== load.expected) throw new Error(`a request was answered ${status}`);
      answered += 1;
      if (answered === load.requests / 2) halfAt = performance.now();
    }
  };
  try {
    await Promise.all(Array.from({ length: load.connections }, post));
    return load.requests / 2 / ((performance.now() - halfAt) / 1_000);
  } finally {
    agent.destroy();
  }
}

function postOnce(agent: http.Agent, { url, headers, bodyOf }: Load, number: number) {
  return new Promise<number>((resolve, reject) => {
    const body = bodyOf(number);
    const request = http.request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}
