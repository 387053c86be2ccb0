import { setTimeout as sleep } from "node:timers/promises";
import type { SignedPayment } from "./payers";
import type { Fleet } from "./replicas";

/** An answer to a presented payment, as the oracles judge it. */
export interface Answer {
  /** The payment's payer and nonce. */
  key: string;
  /** 0 when the connection broke before an answer came. */
  status: number;
  /** The stable code of a refusal. */
  code: string | null;
  /** The body of a 2xx. */
  body: string | null;
  replayed: boolean;
  /** How the payment was written: `as signed`, or the name of a mutation. */
  spelling: string;
}

/** How a payment is presented; by default as signed, at the replica whose turn it is. */
export interface Presentation {
  url?: string;
  headers?: Record<string, string>;
  spelling?: string;
  signal?: AbortSignal;
}

/** A client that goes round the replicas, and remembers every answer. */
export interface Client {
  answers: readonly Answer[];
  /** Where a secret was seen in an answer. */
  leaks: readonly string[];
  /** The gateway that serves next; throws when none does. */
  next(): string;
  present(payment: SignedPayment, how?: Presentation): Promise<Answer>;
  /** Presents the payment again and again, as refusals ask, until it is served or refused for good, or `forMs` passed. */
  insist(payment: SignedPayment, forMs: number): Promise<Answer>;
}

const NO_ANSWER_MS = 60_000;
const PAUSE_MS = 250;

/** Opens a client of a fleet that looks for `secrets` in all it is told. */
export function openClient(fleet: Fleet, secrets: readonly string[]): Client {
  const answers: Answer[] = [];
  const leaks: string[] = [];
  let turn = 0;
  function next(): string {
    const serving = fleet.serving();
    const replica = serving[turn++ % serving.length];
    if (!replica) throw new Error("No replica serves");
    return replica.url;
  }

  async function present(payment: SignedPayment, how: Presentation = {}): Promise<Answer> {
    const { spelling = "as signed" } = how;
    const blank: Answer = { key: payment.key, status: 0, code: null, body: null, replayed: false, spelling };
    const answer = { ...blank, ...(await ask(payment, how).catch(() => ({}))) };
    answers.push(answer);
    return answer;
  }

  async function ask({ shop, target, headers }: SignedPayment, how: Presentation): Promise<Partial<Answer>> {
    const url = `${how.url ?? next()}/g/${shop.slug}${target}`;
    const late = AbortSignal.timeout(NO_ANSWER_MS);
    const response = await fetch(url, {
      headers: how.headers ?? headers,
      signal: how.signal ? AbortSignal.any([how.signal, late]) : late,
    });
    const text = await response.text();
    const head = [...response.headers].map((line) => line.join(": ")).join("\n");
    const decoded = [...response.headers]
      .filter(([name]) => name.includes("payment"))
      .map(([, value]) => Buffer.from(value, "base64").toString());
    for (const secret of secrets) {
      if ([text, head, ...decoded].some((said) => said.includes(secret)))
        leaks.push(`an answer ${response.status} of ${shop.slug}${target}`);
    }
    return {
      status: response.status,
      code: response.ok ? null : codeOf(text),
      body: response.ok ? text.trim() : null,
      replayed: response.headers.get("idempotent-replayed") === "true",
    };
  }

  async function insist(payment: SignedPayment, forMs: number): Promise<Answer> {
    for (const until = performance.now() + forMs; ; await sleep(PAUSE_MS)) {
      const answer = await present(payment);
      if (!mayBeServedLater(answer) || performance.now() > until) return answer;
    }
  }

  return { answers, leaks, next, present, insist };
}

/** Whether the client is to present the same payment again. */
export function mayBeServedLater({ status, code }: Answer): boolean {
  if (status === 409) return code === "payment_in_progress";
  return status === 0 || status >= 500;
}

function codeOf(text: string): string | null {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === "string" ? code : null;
  } catch {
    return null;
  }
}
