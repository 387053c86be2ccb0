/** The holes of our list in the packages of a lockfile, one sentence each. */
export function holesIn(packages: Record<string, { name?: string; version: string }>): string[];
/** What `npm audit --json` printed, as holes or as the reason why nothing is known. */
export function readReport(text: string): { asked: boolean; holes: string[]; why: string };
