import { type Hex, parseTransaction, serializeTransaction, TransactionReceiptNotFoundError } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import type { Log } from "@/lib/log";
import { keccakHex } from "@/lib/x402/keccak";
import {
  type Authorization,
  ChainUnavailable,
  type Fees,
  type GasBill,
  type Network,
  type Relayer,
  type SignedTransaction,
} from "./chain";
import { openRecentPrice, readPrice } from "./fees";
import { watchGas } from "./gas";
import { allowed, openGroupQuotes } from "./group-quote";
import { multicall3Of } from "./multicall";
import { viemChainOf } from "./networks";
import { quoteTransfer } from "./quote";
import { signDigest } from "./recovery";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";
import { type ContractCall, encodeTransfers } from "./transfer";

/** What a transfer of nothing takes on every EVM chain; rollups that charge for publishing within gas take more. */
const BLANK_GAS = 100_000n;

/** Opens a relayer: a wallet of ours that sends the transactions and pays their gas. */
export function openRelayer(network: Network, privateKey: `0x${string}`, rpc: Rpc, log: Log): Relayer {
  const address = privateKeyToAddress(privateKey);
  const { chainId } = network;
  const multicall3 = multicall3Of({ chain: viemChainOf(network) });
  const recentPrice = openRecentPrice(rpc, address);
  const quoteGroup = openGroupQuotes(rpc, address);

  const countPending = (client: ChainClient) => client.getTransactionCount({ address, blockTag: "pending" });
  const countMined = (client: ChainClient) => client.getTransactionCount({ address });
  async function countsOf(question: (client: ChainClient) => Promise<number>) {
    const [first, ...others] = await rpc.askAll(question);
    const [lowest = first, ...higher] = [...new Set([first, ...others])].sort((a, b) => a - b);
    return [lowest, ...higher] as const;
  }
  async function confirmed(question: (client: ChainClient) => Promise<number>) {
    const { answer, second } = await rpc.askTwo(
      question,
      () => true,
      (one, other) => other >= one,
    );
    if (second === "agrees" || second === "none") return answer;
    throw new ChainUnavailable("No second RPC knows of as many transactions of the relayer");
  }
  const callOf = (authorizations: readonly Authorization[]) => encodeTransfers(multicall3, authorizations);

  async function signCall(
    { to, data }: ContractCall,
    { gas, maxFeePerGas, maxPriorityFeePerGas }: Fees & { gas: bigint },
    nonce: number,
  ): Promise<SignedTransaction> {
    const transaction = {
      type: "eip1559",
      ...{ chainId, nonce, to, data, gas, maxFeePerGas, maxPriorityFeePerGas },
    } as const;
    const signature = await signDigest(hashOf(serializeTransaction(transaction)), privateKey);
    const raw = serializeTransaction(transaction, signature);
    return { raw, hash: hashOf(raw) };
  }

  return {
    address,
    isShort: watchGas(rpc, address),
    async quote(authorization) {
      const price = await recentPrice();
      return rpc.ask((client) => quoteTransfer(client, address, authorization, price), {
        doubts: ({ ok }) => !ok,
      });
    },
    quoteGroup: (authorizations) => quoteGroup(authorizations, recentPrice()),
    nextNonces: () => countsOf(countPending),
    confirmedNonce: () => confirmed(countPending),
    confirmedMinedNonce: () => confirmed(countMined),
    minedNonces: () => countsOf(countMined),

    sign: (authorizations, gas, nonce) => signCall(callOf(authorizations), gas, nonce),

    signAgain(raw, authorizations, fees) {
      const { gas, nonce } = parseTransaction(raw);
      if (gas === undefined || nonce === undefined) throw new Error("A stored transaction is malformed");
      // One that offers more than a block has is taken by no node, and would hold up all later ones.
      return signCall(callOf(authorizations), { gas: allowed(gas), ...fees }, nonce);
    },

    makes(raw, authorizations) {
      const { to, data } = parseTransaction(raw);
      const call = callOf(authorizations);
      // Payers may spell their bytes in capitals.
      return to?.toLowerCase() === call.to.toLowerCase() && data === call.data.toLowerCase();
    },

    signBlank: (nonce, fees) => signCall({ to: address, data: "0x" }, { gas: BLANK_GAS, ...fees }, nonce),

    gasPrice: () => readPrice(rpc, address),
    async gasBill(txHash) {
      const isSame = (one: GasBill | null, other: GasBill | null) => textOf(one) === textOf(other);
      const { answer, second } = await rpc.askTwo(
        (client) => readBill(client, txHash),
        (bill) => bill !== null,
        isSame,
      );
      return second === "differs" || second === "silent" ? null : answer;
    },

    async broadcast(raw) {
      // "Already known" and "nonce too low" mean it is there; anything else, the proof will show.
      await rpc
        .tell((client) => client.sendRawTransaction({ serializedTransaction: raw }))
        .catch((error: unknown) => log.warn("broadcast_unconfirmed", { hash: hashOf(raw), error }));
    },
  };
}

function hashOf(transaction: Hex): Hex {
  return `0x${keccakHex(Buffer.from(transaction.slice(2), "hex"))}`;
}

/** All of a bill, so that two are the same when their texts are. */
function textOf(bill: GasBill | null): string {
  return bill === null ? "" : [bill.blockNumber, bill.gasUsed, bill.cost].join();
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
