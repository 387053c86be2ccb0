import type { Address, Hex } from "viem";

/** A dollar token Farebox accepts on a network, with its EIP-712 domain. */
export interface Token {
  address: Address;
  symbol: string;
  decimals: number;
  /** EIP-712 domain name. */
  name: string;
  /** EIP-712 domain version. */
  version: string;
}

/** A network as the rest of the house knows it. */
export interface Network {
  /** CAIP-2 id, such as `eip155:8453`. */
  id: `eip155:${number}`;
  chainId: number;
  /** For people: `Base`, `Base Sepolia`. */
  name: string;
  /** The name x402 v1 has for it, or null when v1 clients cannot pay on it. */
  v1Name: string | null;
  /** Test money: marked everywhere and never summed with live money. */
  test: boolean;
  token: Token;
  /** Block explorer without a trailing slash, or null on a local chain. */
  explorerUrl: string | null;
}

/** An EIP-3009 `transferWithAuthorization`, as its payer signed it. */
export interface Authorization {
  asset: Address;
  from: Address;
  to: Address;
  value: bigint;
  validAfter: bigint;
  validBefore: bigint;
  nonce: Hex;
  signature: Hex;
}

/** What identifies an authorization on chain: a token accepts a nonce once per payer. */
export type AuthorizationKey = Pick<Authorization, "asset" | "from" | "nonce">;

/** Why a transfer will not happen; stable codes of lib/x402/reasons.ts. */
export type TransferFailure =
  | "insufficient_funds"
  | "payment_cancelled"
  | "authorization_expired"
  | "settlement_reverted";

/** What it takes to send one transfer now. */
export interface GasQuote {
  gas: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** A signed transaction whose hash is known before the network sees it. */
export interface SignedTransaction {
  raw: Hex;
  hash: Hex;
}

/** The log that proves that the money arrived. */
export interface TransferProof {
  txHash: Hex;
  /** Index of the Transfer log in its block. */
  logIndex: number;
  blockNumber: bigint;
  blockHash: Hex;
  blockTime: Date;
}

/** What the chain shows of one authorization: arrived, certain never to arrive through us, or not yet known. */
export type Proof =
  | { outcome: "settled"; proof: TransferProof }
  | { outcome: "failed"; reason: TransferFailure }
  | { outcome: "pending" };

/** The balance of a payer and whether the authorization's nonce is used or cancelled, read at one block. */
export interface PayerState {
  balance: bigint;
  nonceUsed: boolean;
  /** The head's timestamp in Unix seconds. */
  headTime: bigint;
}

/** A payer's state, and what became of their transfer when it was tried on top of that block. */
export interface Simulation extends PayerState {
  /** Whether it succeeded; a token may refuse for reasons of its own, such as a blocked account. */
  moves: boolean;
}

/** How transfers on a network are sent: by a relayer of ours, or by a facilitator over HTTP. */
export type Submitter =
  | {
      kind: "relayer";
      address: Address;
      /** Simulates the transfer and prices its gas; a failure is certain, a silent chain or an empty relayer throws ChainUnavailable. */
      quote(
        authorization: Authorization,
      ): Promise<{ ok: true; gas: GasQuote } | { ok: false; reason: TransferFailure }>;
      /** Signs without I/O, so that it can run inside the database transaction that allocates the nonce. */
      sign(authorization: Authorization, gas: GasQuote, accountNonce: number): Promise<SignedTransaction>;
      /** Hands a stored transaction to the network; its answer is only a hint, so it never throws (it logs). */
      broadcast(raw: Hex): Promise<void>;
      /** The next account nonce the chain would accept, counting pending transactions. */
      nextNonce(): Promise<number>;
      /** The account nonce of the first transaction that is not mined yet. */
      minedNonce(): Promise<number>;
    }
  | {
      kind: "facilitator";
      url: string;
      /** Asks the facilitator to settle; whatever it says is a hint, so it never throws. Returns the hash it names. */
      settle(authorization: Authorization): Promise<{ txHash: Hex | null }>;
    };

/** One network at work. Reads throw ChainUnavailable when no RPC answers in time; nothing here holds state of money. */
export interface Chain {
  network: Network;
  submitter: Submitter;
  /** Whether `signature` over the EIP-712 digest is the payer's: recovered for an EOA, asked of the contract (ERC-1271) otherwise. */
  verifySignature(payer: Address, digest: Hex, signature: Hex): Promise<boolean>;
  payerState(authorization: Pick<Authorization, "asset" | "from" | "nonce">): Promise<PayerState>;
  /** Tries the transfer without sending it. */
  simulate(authorization: Authorization): Promise<Simulation>;
  /** Whether code lies at an address that decides alone about what it receives; a delegated wallet (EIP-7702) is none. */
  isContract(address: Address): Promise<boolean>;
  /** Looks for the transfer: in the receipt of `txHash` when given, else by AuthorizationUsed(from, nonce) in the logs. */
  prove(authorization: Authorization, txHash: Hex | null): Promise<Proof>;
  /** Checks chain id, token code and, for a relayer, gas; returns one sentence per fault, none when ready. */
  faults(): Promise<string[]>;
}

/** Thrown when no RPC gave an answer; callers answer 503 chain_unavailable, never 402. */
export class ChainUnavailable extends Error {
  override name = "ChainUnavailable";
}
