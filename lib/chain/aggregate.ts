import type { Address, Hex } from "viem";

/** A contract call within a multicall. */
export interface InnerCall {
  target: Address;
  data: Hex;
}

/** What came of one: a call that reverts is a result too. */
export interface InnerResult {
  success: boolean;
  returnData: Hex;
}

/** Of `aggregate3((address target, bool allowFailure, bytes callData)[])`. */
const SELECTOR = "0x82ad56cb";
/** Of a word of the ABI, in hex digits. */
const WORD = 64;
const WORD_BYTES = 32;

/** A number as the ABI writes it: one word. */
function wordOf(value: number): string {
  return value.toString(16).padStart(WORD, "0");
}

/**
 * The call data of Multicall3 for calls that may each fail. Written by hand because it is in the way of every payment:
 * viem's general encoder takes twenty times as long for it.
 */
export function encodeAggregate(calls: readonly InnerCall[]): Hex {
  const tuples = calls.map(({ target, data }) => {
    const digits = data.slice(2);
    const padded = digits.padEnd(Math.ceil(digits.length / WORD) * WORD, "0");
    const head = target.slice(2).toLowerCase().padStart(WORD, "0") + wordOf(1) + wordOf(3 * WORD_BYTES);
    return head + wordOf(digits.length / 2) + padded;
  });
  let offset = calls.length * WORD_BYTES;
  const offsets = tuples.map((tuple) => {
    const at = offset;
    offset += tuple.length / 2;
    return wordOf(at);
  });
  return `${SELECTOR}${wordOf(WORD_BYTES)}${wordOf(calls.length)}${offsets.join("")}${tuples.join("")}`;
}

/** Reads what `aggregate3` returned for as many calls; throws when it is anything else. */
export function decodeAggregate(data: Hex, count: number): InnerResult[] {
  const digits = data.slice(2);
  /** The number in the word at a byte. */
  const numberAt = (byte: number): number => {
    const word = digits.slice(2 * byte, 2 * byte + WORD);
    const value = Number.parseInt(word, 16);
    if (word.length < WORD || !Number.isSafeInteger(value))
      throw new Error("The multicall's answer is malformed");
    return value;
  };
  const array = numberAt(0);
  if (numberAt(array) !== count) throw new Error("The multicall answered for another number of calls");
  const start = array + WORD_BYTES;
  return Array.from({ length: count }, (_, index) => {
    const tuple = start + numberAt(start + index * WORD_BYTES);
    const bytes = tuple + numberAt(tuple + WORD_BYTES);
    const from = 2 * (bytes + WORD_BYTES);
    const returned = digits.slice(from, from + 2 * numberAt(bytes));
    if (returned.length !== 2 * numberAt(bytes)) throw new Error("The multicall's answer is cut off");
    return { success: numberAt(tuple) === 1, returnData: `0x${returned}` };
  });
}
