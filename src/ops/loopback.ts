/** Whether a host's name or address is this machine itself. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|::1|\[::1\]|127(\.\d{1,3}){3})$/i.test(hostname);
}
