export function buildIfStale(options?: {
  root?: string;
  log?: (line: string) => void;
}): Promise<void>;
