export function findPromtool(): Promise<{ command: string } | { missing: string }>;
