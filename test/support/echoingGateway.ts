import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/**
 * A gateway before the sandbox that is as indiscreet as gateways can be: whatever goes wrong, it
 * repeats in every field of the answer all it was sent, credentials included.
 */
export interface EchoingGateway {
  url: string;
  /** Each token that went through it, and each pair of client id and secret. */
  credentials: ReadonlySet<string>;
  close(): Promise<void>;
}

export async function startEchoingGateway(target: string): Promise<EchoingGateway> {
  const credentials = new Set<string>();
  const server = createServer(async (incoming, outgoing) => {
    const credential = /^\S+ (\S+)$/.exec(incoming.headers.authorization ?? '')?.[1];
    if (credential !== undefined) credentials.add(credential);
    const body = await buffer(incoming);
    const { method, headers } = incoming;
    const onward = send(`${target}${incoming.url}`, { method, headers }, async (answer) => {
      const { 'content-length': _changed, ...kept } = answer.headers;
      const status = answer.statusCode ?? 502;
      try {
        const given = await buffer(answer);
        const said = status < 400 ? given : echo(given, `${credential} ${incoming.url} ${body}`);
        outgoing.writeHead(status, { ...kept, 'content-length': said.length });
        outgoing.end(said);
      } catch {
        outgoing.destroy();
      }
    });
    onward.on('error', () => outgoing.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials,
    close: () => close(server),
  };
}

function echo(given: Buffer, said: string): Buffer {
  let known: Record<string, unknown> = {};
  try {
    known = JSON.parse(given.toString()) as Record<string, unknown>;
  } catch {
    // What the sandbox broke is sent on broken, and indiscreet all the same.
    return Buffer.concat([given, Buffer.from(said)]);
  }
  const details = [{ message: said, errorCode: said, fieldName: said, entityName: said }];
  return Buffer.from(
    JSON.stringify({ ...known, message: said, error_description: said, details, errors: details }),
  );
}

function close(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
