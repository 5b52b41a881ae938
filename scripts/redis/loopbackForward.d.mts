export function forwardFromLoopback(host: string, port: number): Promise<number>;
