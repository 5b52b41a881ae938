export function findServerBinary(
  log: (line: string) => void,
): Promise<{ command: string; env: Record<string, string>; source: string } | undefined>;
