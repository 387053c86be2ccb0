import { BaseError, HttpRequestError, RpcRequestError, TimeoutError } from "viem";

/** Codes by which RPCs ask us to ask less often: HTTP's own, that of EIP-1474, and some of providers. */
const LESS_OFTEN = new Set([429, -32_005, -32_007, -32_029, -32_090, -32_097]);

/** Codes that are about what was asked: it reverts, there is no such method, or its parameters make no sense. */
const ON_THE_QUESTION = new Set([3, -32_601, -32_602]);

/**
 * What EVMs and nodes say about what was asked. Most have one code for everything, their own failures included, so that
 * only words tell them apart; and a payer's contract, or a transaction of ours, must not make an RPC look broken.
 */
const KNOWN_WORDS =
  /revert|out ?of ?gas|\bgas\b|opcode|bad jump|stack (?:over|under)flow|\be?vm\b|execution|nonce too (?:low|high)|\bnonce\b|underpriced|already (?:known|imported)|insufficient funds|\bfees?\b|block range|too many results/i;

/** The JSON-RPC error that an RPC answered with; null when it failed without one. */
function objectionOf(error: unknown): RpcRequestError | null {
  const said = error instanceof BaseError ? error.walk((cause) => cause instanceof RpcRequestError) : null;
  return said instanceof RpcRequestError ? said : null;
}

/** Whether an RPC took a question and objected, in whatever words; what asks us to ask less often is no answer. */
export function isObjection(error: unknown): boolean {
  const said = objectionOf(error);
  return said !== null && !LESS_OFTEN.has(said.code);
}

/** Whether an RPC objected to what was asked, such as that a call reverts, rather than for a failure of its own. */
export function isReply(error: unknown): boolean {
  const said = objectionOf(error);
  if (said === null || LESS_OFTEN.has(said.code)) return false;
  return ON_THE_QUESTION.has(said.code) || KNOWN_WORDS.test(said.details);
}

/** Whether an RPC said that there is no such method, or that it does not know what a parameter means. */
export function isUnsupported(error: unknown): boolean {
  const code = objectionOf(error)?.code;
  return code === -32_601 || code === -32_602;
}

/** A failure in our own words: those of RPCs and libraries may hold the URL, and URLs carry keys. */
export function wordsFor(error: unknown): string {
  const said = objectionOf(error);
  if (said !== null) {
    if (LESS_OFTEN.has(said.code)) return "asks us to ask less often";
    const [known] = KNOWN_WORDS.exec(said.details) ?? [];
    return known === undefined ? `answered error ${said.code}` : `answered error ${said.code}: ${known}`;
  }
  const failure = error instanceof BaseError ? error.walk(isFailureToAnswer) : error;
  if (failure instanceof HttpRequestError && failure.status !== undefined) {
    return failure.status === 429 ? "asks us to ask less often" : `answered HTTP ${failure.status}`;
  }
  if (failure instanceof TimeoutError) return "did not answer in time";
  return "could not be reached, or answered nonsense";
}

function isFailureToAnswer(cause: unknown): boolean {
  return cause instanceof HttpRequestError || cause instanceof TimeoutError;
}
