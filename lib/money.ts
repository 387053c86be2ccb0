/** Decimal places of a micro-dollar price: one US cent is 10,000 micro-dollars. */
const USD_DECIMALS = 6;

/** The highest price of one call, in micro-dollars ($1,000,000). */
const MAX_PRICE_MICRO_USD = 1_000_000_000_000n;

/** A price that was read, in micro-dollars, or the sentence that tells the merchant what is wrong with it. */
export type ParsedPrice = { ok: true; microUsd: bigint } | { ok: false; reason: string };

/** Reads a price typed by a person, such as `0.01` or `$1,250`, into micro-dollars; never through a float. */
export function parsePrice(text: string): ParsedPrice {
  const plain = text.trim().replace(/^\$\s*/, "");
  if (plain === "") return { ok: false, reason: "Enter a price in US dollars, such as 0.01." };
  if (plain.startsWith("-"))
    return { ok: false, reason: "A price cannot be negative. Enter an amount above 0." };
  const match = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?$/.exec(plain);
  if (!match) {
    return { ok: false, reason: "Write the price as a plain decimal number of US dollars, such as 0.01." };
  }
  const [, whole = "", fraction = ""] = match;
  if (fraction.replace(/0+$/, "").length > USD_DECIMALS) {
    return { ok: false, reason: "A price has at most 6 decimal places: the smallest is 0.000001." };
  }
  const digits = whole.replaceAll(",", "") + fraction.slice(0, USD_DECIMALS).padEnd(USD_DECIMALS, "0");
  const microUsd = BigInt(digits);
  if (microUsd === 0n) {
    return { ok: false, reason: "The price must be above 0. To charge nothing, make the rule free." };
  }
  if (microUsd > MAX_PRICE_MICRO_USD)
    return { ok: false, reason: "The price of one call is at most $1,000,000." };
  return { ok: true, microUsd };
}

/** Converts a price in micro-dollars to base units of a dollar token; throws when the token cannot express it. */
export function priceToUnits(microUsd: bigint, tokenDecimals: number): bigint {
  if (tokenDecimals >= USD_DECIMALS) return microUsd * 10n ** BigInt(tokenDecimals - USD_DECIMALS);
  const divisor = 10n ** BigInt(USD_DECIMALS - tokenDecimals);
  if (microUsd % divisor !== 0n)
    throw new Error(`A token of ${tokenDecimals} decimals cannot express this price`);
  return microUsd / divisor;
}

/** Writes base units as an exact decimal without trailing zeros: `formatUnits(10000n, 6)` is `0.01`. */
export function formatUnits(units: bigint, decimals: number): string {
  const sign = units < 0n ? "-" : "";
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

/** Writes base units of a dollar token for people: `$1,204.38`, whole cents at least, sub-cent amounts in full. */
export function formatUsd(units: bigint, decimals = USD_DECIMALS): string {
  const [whole = "0", fraction = ""] = formatUnits(units < 0n ? -units : units, decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${units < 0n ? "-" : ""}$${grouped}.${fraction.padEnd(2, "0")}`;
}
