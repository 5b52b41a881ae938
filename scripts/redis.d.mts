export interface FoundRedis {
  readonly url: string;
  readonly source: string;
  stop(): Promise<void>;
}

export interface PrivateRedisOptions {
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
}): Promise<FoundRedis>;

export function startPrivateRedis(options?: PrivateRedisOptions): Promise<PrivateRedis>;
