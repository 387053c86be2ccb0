import { z } from "zod";

const email = z.string().trim().toLowerCase().max(254).pipe(z.email());

/** Reads an email address into the one form it is stored in, or null when it is none. */
export function readEmail(text: string): string | null {
  const parsed = email.safeParse(text);
  return parsed.success ? parsed.data : null;
}
