import { parsePrice } from "@/lib/money";
import { bad, type Checked, good } from "./checked";

const MAX_TIMEOUT_S = 120;

function checkLine(what: string, text: string, max: number): Checked<string> {
  const line = text.trim().replace(/\s+/g, " ");
  if (line.length > max) return bad(`${what} has at most ${max} characters.`);
  return /\p{C}/u.test(line) ? bad(`${what} has no invisible characters.`) : good(line);
}

/** Checks the name of an endpoint, which payers see. */
export function checkName(text: string): Checked<string> {
  return text.trim() === "" ? bad("Enter a name.") : checkLine("A name", text, 60);
}

/** Checks the description of an endpoint, which payers see; it may be empty. */
export function checkDescription(text: string): Checked<string> {
  return checkLine("A description", text, 500);
}

/** Checks when a call is charged. */
export function checkCharge(text: string): Checked<"after" | "before"> {
  if (text === "after" || text === "before") return good(text);
  return bad("Choose whether to charge after your server answered, or before it is called.");
}

/** Checks how long the upstream may take, in whole seconds, and returns milliseconds. */
export function checkTimeout(seconds: string | number): Checked<number> {
  const typed = String(seconds).trim();
  const value = /^\d{1,3}$/.test(typed) ? Number(typed) : 0;
  if (value >= 1 && value <= MAX_TIMEOUT_S) return good(value * 1_000);
  return bad(`Enter whole seconds from 1 to ${MAX_TIMEOUT_S}.`);
}

/** Checks the price of a rule and returns micro-dollars, or null when its calls are free. */
export function checkPrice({ price, free }: { price: string; free: boolean }): Checked<bigint | null> {
  if (free) {
    return price.trim() === "" ? good(null) : bad("A free rule has no price: clear one of the two.");
  }
  const parsed = parsePrice(price);
  return parsed.ok ? good(parsed.microUsd) : parsed;
}
