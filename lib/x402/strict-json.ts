/** Deepest JSON an x402 payment has a use for, its echoed extensions included. */
const MAX_DEPTH = 8;
/** Most keys of one; a client that echoes our 402 sends some forty. */
const MAX_KEYS = 128;

/** Keys that name something else than themselves wherever an object is copied or merged (prototype pollution). */
const TREACHEROUS = new Set(["__proto__", "constructor", "prototype"]);

const LITERALS = new Map<string, unknown>([
  ["t", true],
  ["f", false],
  ["n", null],
]);
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const [QUOTE, ESCAPE, SPACE, TAB, LINE_FEED, RETURN] = [0x22, 0x5c, 0x20, 0x09, 0x0a, 0x0d];
const [COLON, COMMA, OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [
  0x3a, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d,
];

/** Reads one JSON text once, from its beginning to its end; what is none, or none that is allowed, is undefined. */
class Reader {
  private at = 0;
  private keys = 0;

  constructor(private readonly text: string) {}

  read(): unknown {
    const value = this.value(MAX_DEPTH);
    this.skipSpace();
    return this.at === this.text.length ? value : undefined;
  }

  private skipSpace(): number {
    for (;;) {
      const char = this.text.charCodeAt(this.at);
      if (char !== SPACE && char !== LINE_FEED && char !== RETURN && char !== TAB) return char;
      this.at++;
    }
  }

  /** Whether this character is next; then it is taken. */
  private take(char: number): boolean {
    if (this.skipSpace() !== char) return false;
    this.at++;
    return true;
  }

  private value(depth: number): unknown {
    const next = this.skipSpace();
    if (next === QUOTE) return this.string();
    if (next === OPEN_OBJECT) return depth === 0 ? undefined : this.object(depth - 1);
    if (next === OPEN_ARRAY) return depth === 0 ? undefined : this.array(depth - 1);
    return this.literalOrNumber();
  }

  private object(depth: number): Record<string, unknown> | undefined {
    const object: Record<string, unknown> = {};
    this.at++;
    if (this.take(CLOSE_OBJECT)) return object;
    do {
      const key = this.skipSpace() === QUOTE ? this.string() : undefined;
      if (key === undefined || TREACHEROUS.has(key) || Object.hasOwn(object, key)) return undefined;
      if (++this.keys > MAX_KEYS || !this.take(COLON)) return undefined;
      const value = this.value(depth);
      if (value === undefined) return undefined;
      object[key] = value;
    } while (this.take(COMMA));
    return this.take(CLOSE_OBJECT) ? object : undefined;
  }

  private array(depth: number): unknown[] | undefined {
    const array: unknown[] = [];
    this.at++;
    if (this.take(CLOSE_ARRAY)) return array;
    do {
      const value = this.value(depth);
      if (value === undefined) return undefined;
      array.push(value);
    } while (this.take(COMMA));
    return this.take(CLOSE_ARRAY) ? array : undefined;
  }

  private string(): string | undefined {
    const { text, at: start } = this;
    let end = start + 1;
    let hasEscapes = false;
    for (;;) {
      const char = text.charCodeAt(end);
      if (char === QUOTE) break;
      // A control character, or the end.
      if (!(char >= SPACE)) return undefined;
      if (char === ESCAPE) {
        hasEscapes = true;
        end++;
      }
      end++;
    }
    this.at = end + 1;
    return hasEscapes ? unescaped(text.slice(start, this.at)) : text.slice(start + 1, end);
  }

  private literalOrNumber(): unknown {
    const literal = LITERALS.get(this.text.charAt(this.at));
    if (literal !== undefined) {
      const word = String(literal);
      if (!this.text.startsWith(word, this.at)) return undefined;
      this.at += word.length;
      return literal;
    }
    NUMBER.lastIndex = this.at;
    const [digits] = NUMBER.exec(this.text) ?? [];
    if (digits === undefined) return undefined;
    this.at += digits.length;
    return Number(digits);
  }
}

/** Whether a value read from JSON is an object, and neither an array nor null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unescaped(literal: string): string | undefined {
  try {
    return JSON.parse(literal);
  } catch {
    return undefined;
  }
}

/**
 * Parses JSON from a stranger, or says undefined. Refused are JSON bombs (nesting and keys without number), keys that
 * pollute prototypes, and a key written twice in one object, of which another reader may take the other value.
 */
export function parseStrictly(text: string): unknown {
  return new Reader(text).read();
}
