/** Deepest JSON an x402 payment has a use for, its echoed extensions included. */
const MAX_DEPTH = 8;
/** Most keys of one; a client that echoes our 402 sends some forty. */
const MAX_KEYS = 128;

/** Keys that name something else than themselves wherever an object is copied or merged (prototype pollution). */
const TREACHEROUS = new Set(["__proto__", "constructor", "prototype"]);

/** Counts the keys a text writes, or says null where it is too deep or has too many: on the text, before anything walks it. */
function keysWritten(text: string): number | null {
  let depth = 0;
  let keys = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === "\\") i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{" || char === "[") {
      if (++depth > MAX_DEPTH) return null;
    } else if (char === "}" || char === "]") depth--;
    else if (char === ":" && ++keys > MAX_KEYS) return null;
  }
  return keys;
}

/** Counts the keys that parsing left; one that is treacherous counts as none, so that the sums differ. */
function keysRead(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const own = Array.isArray(value) ? [] : Object.keys(value).filter((key) => !TREACHEROUS.has(key));
  return Object.values(value).reduce((sum: number, inner) => sum + keysRead(inner), own.length);
}

/**
 * Parses JSON from a stranger, or says undefined. Refused are JSON bombs (nesting and keys without number), keys that
 * pollute prototypes, and a key written twice in one object, of which another reader may take the other value.
 */
export function parseStrictly(text: string): unknown {
  const written = keysWritten(text);
  if (written === null) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return keysRead(value) === written ? value : undefined;
  } catch {
    return undefined;
  }
}
