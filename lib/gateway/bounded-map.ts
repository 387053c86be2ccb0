/** Where all were used, looking for one that was not would take longer than making it anew. */
const SPARED_AT_ONCE = 16;

interface Entry<V> {
  value: V;
  bytes: number;
  used: boolean;
}

/** Keeps values up to a total of bytes; what was not asked for lately leaves first (CLOCK: a hit moves nothing). */
export class BoundedMap<V> {
  readonly #entries = new Map<string, Entry<V>>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many values there are. */
  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.used = true;
    return entry.value;
  }

  /** Keeps a value that takes about so many bytes. */
  set(key: string, value: V, bytes: number): void {
    this.delete(key);
    this.#entries.set(key, { value, bytes, used: false });
    this.#bytes += bytes;
    this.#shrink();
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  /** The oldest leave. One that was used since is counted as new once more, but of them only so many at a time. */
  #shrink(): void {
    let spared = 0;
    for (const [key, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#entries.delete(key);
      if (entry.used && spared < SPARED_AT_ONCE) {
        spared += 1;
        entry.used = false;
        this.#entries.set(key, entry);
      } else this.#bytes -= entry.bytes;
    }
  }
}
