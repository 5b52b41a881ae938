export interface FoundRedis {
  readonly url: string;
  readonly source: string;
  stop(): Promise<void>;
}

export type ServerName = 'redis-7' | 'redis-8' | 'valkey-8';

export interface PrivateRedisOptions {
  readonly server?: ServerName;
  readonly port?: number;
  readonly dir?: string;
  readonly args?: readonly string[];
}

export interface PrivateRedis {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  readonly pid: number;
  kill(signal: NodeJS.Signals): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export function findRedis(options: {
  log: (line: string) => void;
  allowDocker?: boolean;
  server?: ServerName;
}): Promise<FoundRedis>;

export function missingServer(server: ServerName): Promise<string | undefined>;

export function startPrivateRedis(options?: PrivateRedisOptions): Promise<PrivateRedis>;
