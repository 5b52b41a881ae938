/** Whether a host's name or address is this machine itself. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|::1|\[::1\]|127(\.\d{1,3}){3})$/i.test(hostname);
}

/** A URL that can be opened on this machine; `0.0.0.0` and `::` mean every address, and are none. */
export function localUrl(host: string, port: number): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
