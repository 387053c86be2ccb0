import { randomInt } from "node:crypto";
import { bad, type Checked, good } from "./checked";

/** Names a stranger could mistake for Farebox itself, or that we may need below `/g/` one day. */
const RESERVED = new Set(
  (
    "about account admin api app assets auth billing blog cdn dashboard docs endpoint endpoints farebox favicon " +
    "gateway healthz help internal legal localhost login logout mail merchant merchants metrics null pay payment " +
    "payments pricing privacy public readyz robots root security settings sign-in sign-out sign-up signin signup " +
    "static status support system terms undefined webhook webhooks well-known www"
  ).split(" "),
);

const ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

/** Checks a slug a merchant chose: 3 to 40 of `a-z`, `0-9` and single hyphens between them. */
export function checkSlug(text: string): Checked<string> {
  const slug = text.trim().toLowerCase();
  if (slug.length < 3 || slug.length > 40) return bad("A slug has 3 to 40 characters.");
  if (!/^[a-z0-9-]+$/.test(slug)) return bad("A slug is made of the letters a to z, digits and hyphens.");
  if (/^-|-$|--/.test(slug))
    return bad("A slug begins and ends with a letter or digit, with single hyphens.");
  if (RESERVED.has(slug)) return bad(`The slug ${slug} is reserved. Choose another.`);
  return good(slug);
}

/** Makes a slug from a name: its words, cut at 30 characters, and six random characters so that it is free. */
export function slugFrom(name: string): string {
  const words = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 30)
    .replace(/^-+|-+$/g, "");
  const tail = Array.from({ length: 6 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return words === "" ? tail : `${words}-${tail}`;
}
