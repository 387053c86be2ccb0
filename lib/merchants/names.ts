/** The longest name of a person or a merchant. */
const MAX_LENGTH = 60;

/** A name that was read, or what is wrong with it. */
export type CheckedName = { ok: true; name: string } | { ok: false; reason: string };

/** Checks the name of a person or a merchant, which payers may see. */
export function checkName(text: string): CheckedName {
  const name = text.trim().replace(/\s+/g, " ");
  if (name === "") return { ok: false, reason: "Enter a name." };
  if (name.length > MAX_LENGTH) return { ok: false, reason: `A name has at most ${MAX_LENGTH} characters.` };
  if (/\p{C}/u.test(name)) return { ok: false, reason: "A name has no invisible characters." };
  return { ok: true, name };
}
