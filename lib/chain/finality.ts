import {
  BaseError,
  HttpRequestError,
  InternalRpcError,
  LimitExceededRpcError,
  ResourceUnavailableRpcError,
  TimeoutError,
} from "viem";

/** With what an RPC fails that had no answer this time; it may have one the next. */
const FOR_NOW = [
  HttpRequestError,
  TimeoutError,
  InternalRpcError,
  LimitExceededRpcError,
  ResourceUnavailableRpcError,
] as const;

/** Whether an RPC that was asked for the final block said that its chain does not tell; a failure for now says nothing. */
export function knowsNoFinality(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk((cause) => FOR_NOW.some((kind) => cause instanceof kind)) === null
  );
}
