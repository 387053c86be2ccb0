import type { EndpointInput } from "@/lib/endpoints/input";

/** One rule as typed; `key` stays with its row when rows are moved. */
export interface RuleValue {
  key: string;
  method: string;
  path: string;
  price: string;
  free: boolean;
}

/** One payout as typed. */
export interface PayoutValue {
  key: string;
  network: string;
  payTo: string;
}

/** One secret header as typed; a `stored` one keeps its value, which is never shown, unless another is typed. */
export interface HeaderValue {
  key: string;
  name: string;
  value: string;
  stored: boolean;
}

/** Everything typed in the form, so that nothing is lost whatever comes of saving it. */
export interface FormValues {
  name: string;
  slug: string;
  description: string;
  upstream: string;
  charge: "after" | "before";
  upstreamTimeout: string;
  rules: RuleValue[];
  payouts: PayoutValue[];
  headers: HeaderValue[];
}

/** A network of this Farebox as the form and its preview need it. */
export interface FormNetwork {
  id: `eip155:${number}`;
  name: string;
  test: boolean;
  v1Name: string | null;
  token: { address: `0x${string}`; symbol: string; decimals: number; name: string; version: string };
}

/** The pattern of the rule a new endpoint begins with: every path. */
export const EVERY_PATH = "/{*rest}";

let made = 0;

/** Makes a key for a row that was added in this browser. */
export function newKey(): string {
  made += 1;
  return `row-${made}`;
}

/** The form's values as they are sent. */
export function toInput(values: FormValues): EndpointInput {
  return {
    name: values.name,
    slug: values.slug,
    description: values.description,
    upstream: values.upstream,
    charge: values.charge,
    upstreamTimeout: values.upstreamTimeout,
    rules: values.rules.map(({ method, path, price, free }) => {
      return { method, path, price: free ? "" : price, free };
    }),
    payouts: values.payouts.map(({ network, payTo }) => ({ network, payTo })),
    headers: values.headers.map(({ name, value, stored }) => {
      return { name, value, keep: stored && value === "" };
    }),
  };
}
