import { type Hex, keccak256, parseTransaction, TransactionReceiptNotFoundError } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Log } from "@/lib/log";
import {
  type Authorization,
  ChainUnavailable,
  type Fees,
  type GasBill,
  type GasPrice,
  type PayerState,
  type SignedTransaction,
  type Submitter,
  type TransferFailure,
} from "./chain";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";
import { MAX_GAS, simulateTransfer } from "./simulation";
import { encodeTransfer } from "./transfer";

type Relayer = Extract<Submitter, { kind: "relayer" }>;

/** Added to an estimate, in percent: balances and nonces that were warm may be cold in the block that counts. */
const GAS_HEADROOM_PERCENT = 20n;

/** What a transfer of nothing takes on every EVM chain; rollups that charge for publishing within gas take more. */
const BLANK_GAS = 100_000n;

/** Opens a relayer: a wallet of ours that sends the transactions and pays their gas. */
export function openRelayer(chainId: number, privateKey: `0x${string}`, rpc: Rpc, log: Log): Relayer {
  const account = privateKeyToAccount(privateKey);
  const { address } = account;

  const countPending = (client: ChainClient) => client.getTransactionCount({ address, blockTag: "pending" });

  async function signCall(
    to: Hex,
    data: Hex,
    { gas, maxFeePerGas, maxPriorityFeePerGas }: Fees & { gas: bigint },
    nonce: number,
  ): Promise<SignedTransaction> {
    const fees = { gas, maxFeePerGas, maxPriorityFeePerGas };
    const raw = await account.signTransaction({ type: "eip1559", chainId, nonce, to, data, ...fees });
    return { raw, hash: keccak256(raw) };
  }

  return {
    kind: "relayer",
    address,
    quote: (authorization) =>
      rpc.ask((client) => quote(client, address, authorization), { doubts: ({ ok }) => !ok }),
    nextNonce: () => rpc.ask(countPending),
    async confirmedNonce() {
      const { answer, second } = await rpc.askTwo(
        countPending,
        () => true,
        (one, other) => other >= one,
      );
      if (second === "agrees" || second === "none") return answer;
      throw new ChainUnavailable("No second RPC knows of as many transactions of the relayer");
    },
    minedNonce: () => rpc.ask((client) => client.getTransactionCount({ address })),

    sign: (authorization, gas, nonce) =>
      signCall(authorization.asset, encodeTransfer(authorization), gas, nonce),

    reprice(raw, fees) {
      const { to, data = "0x", gas, nonce } = parseTransaction(raw);
      if (!to || gas === undefined || nonce === undefined)
        throw new Error("A stored transaction is malformed");
      return signCall(to, data, { gas, ...fees }, nonce);
    },

    signBlank: (nonce, fees) => signCall(address, "0x", { gas: BLANK_GAS, ...fees }, nonce),

    gasPrice: () => rpc.ask(feesOf),
    gasBill: (txHash) => rpc.ask((client) => readBill(client, txHash), { doubts: (bill) => bill === null }),

    async broadcast(raw) {
      // "Already known" and "nonce too low" mean it is there; anything else, the proof will show.
      await rpc
        .tell((client) => client.sendRawTransaction({ serializedTransaction: raw }))
        .catch((error: unknown) => log.warn("broadcast_unconfirmed", { hash: keccak256(raw), error }));
    },
  };
}

/** The fees to offer: twice the base fee, so that six full blocks in a row cannot price the transaction out. */
export async function feesOf(client: ChainClient): Promise<GasPrice> {
  const [{ baseFeePerGas, number: headNumber }, maxPriorityFeePerGas] = await Promise.all([
    client.getBlock(),
    client.estimateMaxPriorityFeePerGas(),
  ]);
  if (baseFeePerGas === null) throw new Error(`${client.chain.name} has no base fee (EIP-1559)`);
  const maxFeePerGas = baseFeePerGas * 2n + maxPriorityFeePerGas;
  return { maxFeePerGas, maxPriorityFeePerGas, baseFeePerGas, headNumber };
}

async function readBill(client: ChainClient, hash: Hex): Promise<GasBill | null> {
  try {
    const receipt = await client.getTransactionReceipt({ hash });
    const { blockNumber, gasUsed, effectiveGasPrice } = receipt;
    // Rollups of the OP stack charge for their data beside gas, and say so in a field of their own.
    const published = "l1Fee" in receipt && typeof receipt.l1Fee === "bigint" ? receipt.l1Fee : 0n;
    return { blockNumber, gasUsed, cost: gasUsed * effectiveGasPrice + published };
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  }
}

async function quote(
  client: ChainClient,
  relayer: `0x${string}`,
  authorization: Authorization,
): ReturnType<Relayer["quote"]> {
  const [simulation, estimate, price, balance] = await Promise.all([
    simulateTransfer(client, authorization),
    // Its failure is read only when the simulation succeeded: nodes word a revert in many ways.
    client
      .estimateGas({ account: relayer, to: authorization.asset, data: encodeTransfer(authorization) })
      .catch((error: unknown) => error),
    feesOf(client),
    client.getBalance({ address: relayer }),
  ]);
  // Some tokens pass over a used nonce in silence (faults D16).
  if (!simulation.moves || simulation.nonceUsed) {
    return { ok: false, reason: failureOf(authorization, simulation) };
  }
  if (typeof estimate !== "bigint") throw estimate;
  if (estimate > MAX_GAS) return { ok: false, reason: "settlement_reverted" };
  const roomy = estimate + (estimate * GAS_HEADROOM_PERCENT) / 100n;
  const gas = roomy < MAX_GAS ? roomy : MAX_GAS;
  // A transaction that no node takes would keep its account nonce, and hold up all that follow (faults D20).
  const { maxFeePerGas, maxPriorityFeePerGas, headNumber } = price;
  if (balance < gas * maxFeePerGas) throw new Error(`The relayer ${relayer} cannot pay for gas`);
  return { ok: true, gas: { gas, maxFeePerGas, maxPriorityFeePerGas }, headNumber };
}

/**
 * Why a transfer that reverts does so, from what the token says rather than from the words of its revert; throws when
 * it is only too early for it, because then nothing is certain.
 */
function failureOf(authorization: Authorization, state: PayerState): TransferFailure {
  if (state.nonceUsed) return "payment_cancelled";
  if (state.headTime >= authorization.validBefore) return "authorization_expired";
  if (state.balance < authorization.value) return "insufficient_funds";
  if (state.headTime <= authorization.validAfter)
    throw new Error("The head is not as late as validAfter yet");
  return "settlement_reverted";
}
