export function unverifiedPackages(lock: {
  packages: Record<string, { link?: boolean; integrity?: string }>;
}): string[];
