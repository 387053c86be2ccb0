import type { UpstreamBody } from "./ports";

/** How long an answer may lie unread, so that one forgotten by everybody still frees its connection. */
const UNREAD_MS = 120_000;
/** How much of it is read ahead of its reader. */
const READ_AHEAD_BYTES = 65_536;

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The connection a body comes from. */
export interface BodySource {
  pause(): void;
  resume(): void;
  /** Ends it in the middle of its answer. */
  cut(): void;
}

interface Waiting {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: Error): void;
}

/** The body of an answer on its way from a connection to its one reader, who sets the pace. */
export class IncomingBody implements UpstreamBody {
  readonly #source: BodySource;
  readonly #chunks: Uint8Array[] = [];
  #heldBytes = 0;
  #paused = false;
  #ended = false;
  #failure: Error | null = null;
  #waiting: Waiting | null = null;
  #stallMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** `stallMs` is how long it may fall silent while its reader waits. */
  constructor(source: BodySource, stallMs: number) {
    this.#source = source;
    this.#stallMs = stallMs;
  }

  /** Takes in what arrived. */
  push(bytes: Uint8Array): void {
    const waiting = this.#waiting;
    if (waiting !== null) {
      this.#waiting = null;
      this.awaitReader();
      waiting.resolve({ done: false, value: bytes });
      return;
    }
    this.#chunks.push(bytes);
    this.#heldBytes += bytes.byteLength;
    if (this.#paused || this.#heldBytes < READ_AHEAD_BYTES) return;
    this.#paused = true;
    this.#source.pause();
  }

  /** Says that all of it arrived. */
  end(): void {
    clearTimeout(this.#timer);
    if (this.#failure !== null) return;
    this.#ended = true;
    this.#waiting?.resolve(END);
    this.#waiting = null;
  }

  /** Says that nothing more will come of what is missing. */
  fail(error: Error): void {
    clearTimeout(this.#timer);
    if (this.#ended) return;
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
  }

  /** Lets go of a body that nobody reads on within two minutes. */
  awaitReader(): void {
    this.#cutAfter(UNREAD_MS);
  }

  takeWhole(): Uint8Array | null {
    if (!this.#ended) return null;
    const [first, ...more] = this.#chunks.splice(0);
    if (first === undefined) return new Uint8Array();
    return more.length === 0 ? first : Buffer.concat([first, ...more]);
  }

  allowStall(ms: number): void {
    this.#stallMs = ms;
  }

  destroy(): void {
    if (this.#ended || this.#failure !== null) return;
    this.fail(new Error("The answer is not wanted any more"));
    this.#source.cut();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, undefined> {
    // Not a generator: its return would wait for the chunk in the making, and do nothing before the first.
    return {
      next: () => this.#next(),
      return: async () => {
        this.destroy();
        return END;
      },
    };
  }

  async #next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const value = this.#chunks.shift();
    if (value !== undefined) {
      this.#heldBytes -= value.byteLength;
      this.awaitReader();
      return { done: false, value };
    }
    if (this.#ended) return END;
    if (this.#failure !== null) throw this.#failure;
    // The upstream's patience counts only while it is waited for: a slow reader on our side is not its fault.
    this.#cutAfter(this.#stallMs);
    const arrival = new Promise<IteratorResult<Uint8Array, undefined>>((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
    // Only now: what the connection has read already arrives before this returns.
    if (this.#paused) {
      this.#paused = false;
      this.#source.resume();
    }
    return arrival;
  }

  #cutAfter(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#ended && this.#failure === null) this.#timer = setTimeout(() => this.destroy(), ms);
  }
}
