import type { Behaviour } from "./gate";

/** A payment's row as the database holds it, as far as the model looks at it. */
export interface Row {
  id: string;
  money: "held" | "submitting" | "settled" | "final" | "void";
  delivery: "pending" | "ready" | "streaming" | "failed";
  attempt: number;
  reason: string | null;
}

/** What the model knows of one payment. */
export interface ModelPayment {
  /** Which endpoints its terms fit; the first at which it was claimed is its own from then on. */
  endpoints: readonly [number, ...number[]];
  boundTo: number | null;
  row: Row | null;
  /** What became of its authorization on chain. */
  nonce: "unused" | "ours" | "a stranger's" | "cancelled";
  funded: boolean;
  /** How many presentations of it were begun and have not ended. */
  underWay: number;
}

/** What the model knows of one endpoint. */
export interface ModelEndpoint {
  charge: "after" | "before";
  state: "live" | "paused" | "deleted";
  /** Whether it pays the address its payments were signed for. */
  paysAsSigned: boolean;
}

/** The small model of the ledger that one random sequence is held against. */
export interface Model {
  payments: ModelPayment[];
  endpoints: ModelEndpoint[];
  chain: {
    /** Whether transactions wait instead of being mined. */
    holding: boolean;
    /** Whether the chain says what gas costs; where it does not, nothing can be sent. */
    pricing: boolean;
  };
}

/** The model before anything happened: two endpoints charged after the call and one before it, three payments. */
export function newModel(): Model {
  const payment = (...endpoints: [number, ...number[]]): ModelPayment => ({
    endpoints,
    boundTo: null,
    row: null,
    nonce: "unused",
    funded: true,
    underWay: 0,
  });
  const endpoint = (charge: "after" | "before"): ModelEndpoint => ({
    charge,
    state: "live",
    paysAsSigned: true,
  });
  return {
    payments: [payment(0, 1), payment(0, 1), payment(2)],
    endpoints: [endpoint("after"), endpoint("after"), endpoint("before")],
    chain: { holding: false, pricing: true },
  };
}

const MAX_ATTEMPTS = 5;
/** What a caller is told, as status and code, or that the call will not end before something else happens. */
export type Expected = string;
const WAITS: Expected = "waits";
const UNPRICED: Expected = "503 chain_unavailable";
const UPSTREAM: Record<Behaviour, Expected> = {
  answers: "200",
  fails: "500",
  cuts: "502 upstream_invalid",
  hangs: WAITS,
};

/** Says what presenting a payment must come to, while nobody else works on it. */
export function expect(
  payment: ModelPayment,
  at: number,
  { endpoints, chain }: Model,
  upstream: Behaviour,
): Expected {
  const { row, nonce, funded, boundTo } = payment;
  const endpoint = endpoints[at];
  if (!endpoint) throw new Error(`There is no endpoint ${at}`);
  const demand = (code: string) => (endpoint.state === "deleted" ? "404 not_found" : `402 ${code}`);
  // What charging it comes to where nothing is in its way; null where it goes on.
  const charge = !chain.pricing ? UNPRICED : nonce === "unused" && chain.holding ? WAITS : null;
  const isBegun = row !== null && (row.money !== "held" || row.delivery === "ready");
  if (row === null && endpoint.state === "paused") return "503 endpoint_paused";
  if (!isBegun && endpoint.state === "deleted") return "404 not_found";

  const chainFault =
    nonce === "cancelled" ? "payment_cancelled" : funded || nonce !== "unused" ? null : "insufficient_funds";
  if (!isBegun) {
    const termsFault = endpoint.paysAsSigned ? null : "payment_terms_changed";
    const usedUp = nonce === "a stranger's" && row === null ? "payment_cancelled" : null;
    // What a stranger sent for a payment that was claimed here is paid, whatever is asked now.
    const fault = row !== null && nonce === "a stranger's" ? null : (termsFault ?? usedUp ?? chainFault);
    if (row === null && fault !== null) return demand(fault);
    if (boundTo !== null && boundTo !== at) return "409 payment_used_for_other_request";
    if (isExhausted(row, endpoint.charge)) return "409 attempts_exhausted";
    if (fault !== null) return demand(fault);
    if (endpoint.charge === "before" && charge !== null) return charge;
    return upstream === "answers" ? (charge ?? "200") : UPSTREAM[upstream];
  }

  if (boundTo !== at) return "409 payment_used_for_other_request";
  if (row.money === "void") return demand(row.reason ?? "payment_cancelled");
  if (row.money === "held") {
    // Whether it can still be charged is asked together with the price.
    if (charge === UNPRICED) return charge;
    if (chainFault !== null) return demand(chainFault);
    return charge ?? "200";
  }
  if (row.money === "submitting") {
    if (nonce === "unused") return WAITS;
    if (nonce === "cancelled") return demand("payment_cancelled");
  }
  if (row.delivery === "ready") return "200";
  return isExhausted(row, endpoint.charge) ? "409 attempts_exhausted" : UPSTREAM[upstream];
}

/** Whether the upstream was asked for a payment as often as it may be. */
function isExhausted(row: Row | null, charge: ModelEndpoint["charge"]): boolean {
  if (row === null || row.delivery === "ready") return false;
  // It is charged first, and was not: so nobody was asked.
  if (charge === "before" && row.money === "held") return false;
  const { reason } = row;
  const asked = reason === null || reason === "interrupted" || reason.startsWith("upstream");
  return row.attempt + (asked ? 1 : 0) > MAX_ATTEMPTS;
}

const MONEY: Record<Row["money"], readonly Row["money"][]> = {
  held: ["held", "submitting", "settled", "final", "void"],
  submitting: ["submitting", "settled", "final", "void"],
  settled: ["settled", "final"],
  final: ["final"],
  void: ["void"],
};

/** Why a row cannot have become what it is by now, or null when it can. */
export function fault(before: Row | null, after: Row | null): string | null {
  if (before === null) return null;
  if (after === null) return "its row is gone";
  if (before.id !== after.id) return "it has another row";
  if (!MONEY[before.money].includes(after.money)) return `${before.money} became ${after.money}`;
  if (after.attempt < before.attempt) return "it was tried less often than before";
  if (before.delivery === "ready" && after.delivery !== "ready") return "its answer is gone";
  return null;
}
