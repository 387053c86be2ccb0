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

/** What a transaction offers for its gas, in wei. */
export interface Fees {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** What it takes to send one transfer now. */
export interface GasQuote extends Fees {
  gas: bigint;
}

/** What gas costs at the head of the chain, and what to offer first. */
export interface GasPrice extends Fees {
  /** What one offers that was not mined for that. */
  urgent: Fees;
  /** Wei; a transaction that offers less is not mined. */
  baseFeePerGas: bigint;
  /** The head, as the RPC says that is behind the others, and as the one says that is ahead of them. */
  headNumber: bigint;
  topNumber: bigint;
  /** Gas that all transactions of a block may take together. */
  blockGasLimit: bigint;
}

/** What it takes to send transfers now, and why one will not be sent. */
export type Quote = { ok: true; gas: GasQuote; headNumber: bigint } | { ok: false; reason: TransferFailure };

/** What it takes to send several transfers as one transaction, as many of the first of them as have room in one. */
export interface GroupQuote {
  /** Of each that has room, whether it would move its money; why not is for its own quote to say. */
  moves: readonly boolean[];
  gas: GasQuote;
  headNumber: bigint;
}

/** What a mined transaction took of its sender. */
export interface GasBill {
  blockNumber: bigint;
  gasUsed: bigint;
  /** Wei, with what a rollup charges for publishing it. */
  cost: bigint;
}

/** A block, by what tells it from another of the same height. */
export interface Block {
  number: bigint;
  hash: Hex;
  time: Date;
}

/** One Transfer log of the token. */
export interface Transfer {
  txHash: Hex;
  /** Index of the log in its block. */
  logIndex: number;
  blockNumber: bigint;
  blockHash: Hex;
  from: Address;
  to: Address;
  value: bigint;
}

/** A Transfer log that was searched for, where there are two RPCs by two of them. */
export interface FoundTransfer extends Transfer {
  /** Whether all that searched show it. */
  byAll: boolean;
}

/** An authorization that the token's logs say was used, by an RPC that may lie. */
export interface UsedAuthorization {
  txHash: Hex;
  from: Address;
  nonce: Hex;
}

/** A transfer that was made by an authorization, and the nonce of that. */
export interface AuthorizedTransfer extends Transfer {
  nonce: Hex;
}

/**
 * The chain's past, as the ledger is compared with it. Reads throw ChainUnavailable when no RPC answers in time, or only one
 * where there are two.
 */
export interface ChainHistory {
  head(): Promise<Block>;
  /** The newest block of which two RPCs say that it is never replaced. */
  finalHead(): Promise<Block>;
  /** Whether the block at this height has this hash; null when there is none yet, or when two RPCs do not agree. */
  holds(blockNumber: bigint, blockHash: string): Promise<boolean | null>;
  /** Every transfer of the token to any of these addresses that an RPC shows, between two blocks, both included. */
  transfersTo(payouts: readonly Address[], fromBlock: bigint, toBlock: bigint): Promise<FoundTransfer[]>;
  /** Every authorization of their payers that an RPC shows to have been used in the blocks of these transfers. */
  usedBeside(transfers: readonly Transfer[]): Promise<UsedAuthorization[]>;
  /**
   * The transfers in a transaction that authorizations made; none when the transaction is not there, and null when two
   * RPCs do not agree.
   */
  authorizedTransfers(txHash: Hex): Promise<AuthorizedTransfer[] | null>;
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

/** A payer's state, and what would become of their transfer on top of that block. */
export interface Simulation extends PayerState {
  /** Whether it would succeed; a token may refuse for reasons of its own, such as a blocked account. */
  moves: boolean;
}

/** How one RPC of a network does, as this process sees it; its URL carries a key, so only the host is told. */
export interface RpcHealth {
  host: string;
  /** `down` after five failures in a row, `behind` while its head is far behind the others': both decide nothing. */
  state: "unknown" | "well" | "down" | "behind" | "wrong_chain";
  /** Of its last answer. */
  latencyMs: number | null;
  lastFailure: { at: Date; what: string } | null;
  head: { number: bigint; time: Date } | null;
}

/** How a facilitator does, as this process sees it. */
export interface FacilitatorHealth {
  host: string;
  /** `refusing` when it answers and does not settle exact payments on this network. */
  state: "well" | "down" | "refusing";
  /** Of asking it what it supports. */
  latencyMs: number | null;
  lastFailure: { at: Date; what: string } | null;
}

/** The gas a relayer has left. */
export interface GasLeft {
  /** Wei of the network's own coin. */
  balance: bigint;
  /** How many more settlements it pays for at the fees of now. */
  settlements: bigint;
  /** Wei that the settlements ahead of us may take; below it we take no payments. */
  needed: bigint;
}

/** How a relayer does. */
export interface RelayerHealth {
  address: Address;
  /** Null when no RPC told. */
  gas: GasLeft | null;
}

/** What an operator wants to know of a network's parts: there is a facilitator, or there are relayers. */
export interface ChainHealth {
  rpcs: RpcHealth[];
  facilitator: FacilitatorHealth | null;
  relayers: RelayerHealth[];
}

/** A wallet of ours that sends transactions and pays their gas. */
export interface Relayer {
  address: Address;
  /** Whether it cannot pay for the settlements ahead, by a reading a few seconds old; throws ChainUnavailable when no RPC tells. */
  isShort(): Promise<boolean>;
  /** Simulates a transfer and prices its gas; a failure is certain, a silent chain or an empty relayer throws ChainUnavailable. */
  quote(authorization: Authorization): Promise<Quote>;
  /** The same for several at once; throws ChainUnavailable likewise. */
  quoteGroup(authorizations: readonly Authorization[]): Promise<GroupQuote>;
  /**
   * Signs one transaction that makes these transfers, of which each may fail alone. Without I/O, so that it can run inside
   * the database transaction that allocates the account nonce.
   */
  sign(
    authorizations: readonly Authorization[],
    gas: GasQuote,
    accountNonce: number,
  ): Promise<SignedTransaction>;
  /**
   * Signs a transaction again that is stuck, with the same account nonce, other fees, and these transfers alone; with less
   * gas where it offers more than chains allow.
   */
  signAgain(raw: Hex, authorizations: readonly Authorization[], fees: Fees): Promise<SignedTransaction>;
  /** Whether a signed transaction makes these transfers, in this order, and no others. */
  makes(raw: Hex, authorizations: readonly Authorization[]): boolean;
  /** Signs a transaction that moves nothing, to use up an account nonce that all later ones wait for. */
  signBlank(accountNonce: number, fees: Fees): Promise<SignedTransaction>;
  /** Hands a stored transaction to the network; its answer is only a hint, so it never throws (it logs). */
  broadcast(raw: Hex): Promise<void>;
  /**
   * The next account nonce the chain would accept, counting pending transactions; lowest first, where RPCs do not agree.
   * Whatever is done for one of them is done for all, so that none that lies can keep it from being done.
   */
  nextNonces(): Promise<readonly [number, ...number[]]>;
  /** The next one as two RPCs confirm it, where there are two: for what can never be taken back. */
  confirmedNonce(): Promise<number>;
  /** The account nonce below which all are mined, as two RPCs confirm it, where there are two. */
  confirmedMinedNonce(): Promise<number>;
  /** The account nonce of the first transaction that is not mined yet; lowest first, where RPCs do not agree. */
  minedNonces(): Promise<readonly [number, ...number[]]>;
  gasPrice(): Promise<GasPrice>;
  /** What a transaction of ours cost, as two RPCs say while two answer; null while it is not mined, or they do not agree. */
  gasBill(txHash: Hex): Promise<GasBill | null>;
}

/** How transfers on a network are sent: by relayers of ours, side by side, or by a facilitator over HTTP. */
export type Submitter =
  | { kind: "relayers"; relayers: readonly [Relayer, ...Relayer[]] }
  | {
      kind: "facilitator";
      url: string;
      /** Asks the facilitator to settle; whatever it says is a hint, so it never throws. Returns the hash it names. */
      settle(authorization: Authorization): Promise<{ txHash: Hex | null }>;
      /** Asks it what it supports, at most every half minute; never throws. */
      health(): Promise<FacilitatorHealth>;
    };

/** One network at work. Reads throw ChainUnavailable when no RPC answers in time; nothing here holds state of money. */
export interface Chain {
  network: Network;
  submitter: Submitter;
  /** Whether `signature` over the EIP-712 digest is the payer's: recovered for an EOA, asked of the contract (ERC-1271) otherwise. */
  verifySignature(payer: Address, digest: Hex, signature: Hex): Promise<boolean>;
  /** Whether the key of an ordinary wallet made the signature; asks nobody. */
  isSignedByKey(payer: Address, digest: Hex, signature: Hex): Promise<boolean>;
  payerState(authorization: Pick<Authorization, "asset" | "from" | "nonce">): Promise<PayerState>;
  /** Whether an authorization's nonce is neither used nor cancelled, as two RPCs say where there are two. */
  isUnused(key: AuthorizationKey): Promise<boolean>;
  /**
   * Foresees a transfer from what it depends on, and tries it, without sending it, where that is not clear; throws
   * ChainUnavailable also while our relayers are short of gas.
   */
  simulate(authorization: Authorization): Promise<Simulation>;
  /** Whether code lies at an address that decides alone about what it receives; a delegated wallet (EIP-7702) is none. */
  isContract(address: Address): Promise<boolean>;
  /** Whether the token refuses to pay an address at all, as it does one its issuer has blocked. */
  isBlocked(address: Address): Promise<boolean>;
  /**
   * Looks for the transfer: in the receipt of `txHash` when given, else by AuthorizationUsed(from, nonce) in the logs.
   * With `justSent` a transaction that is not mined yet is all there is to know, and nothing else is asked.
   */
  prove(authorization: Authorization, txHash: Hex | null, justSent?: boolean): Promise<Proof>;
  history: ChainHistory;
  /** Checks chain id, token code and, for a relayer, gas; returns one sentence per fault, none when ready. */
  faults(): Promise<string[]>;
  /** How its parts do; asks them, and never throws. */
  health(): Promise<ChainHealth>;
}

/** Thrown when no RPC gave an answer; callers answer 503 chain_unavailable, never 402. */
export class ChainUnavailable extends Error {
  override name = "ChainUnavailable";

  // By its name: Next bundles its own copy of this class, and catches what was thrown outside of it.
  static override [Symbol.hasInstance](error: unknown): boolean {
    return error instanceof Error && error.name === "ChainUnavailable";
  }
}
