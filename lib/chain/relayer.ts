import { keccak256 } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import type { Log } from "@/lib/log";
import type { Authorization, GasQuote, PayerState, Submitter, TransferFailure } from "./chain";
import type { ChainClient, Rpc } from "./rpc";
import { MAX_GAS, simulateTransfer } from "./simulation";
import { encodeTransfer } from "./transfer";

type Relayer = Extract<Submitter, { kind: "relayer" }>;

/** Added to an estimate, in percent: balances and nonces that were warm may be cold in the block that counts. */
const GAS_HEADROOM_PERCENT = 20n;

/** Opens a relayer: a wallet of ours that sends the transactions and pays their gas. */
export function openRelayer(chainId: number, privateKey: `0x${string}`, rpc: Rpc, log: Log): Relayer {
  const account = privateKeyToAccount(privateKey);
  const { address } = account;
  return {
    kind: "relayer",
    address,
    quote: (authorization) => rpc.ask((client) => quote(client, address, authorization)),
    nextNonce: () => rpc.ask((client) => client.getTransactionCount({ address, blockTag: "pending" })),
    minedNonce: () => rpc.ask((client) => client.getTransactionCount({ address })),

    async sign(authorization, gas, nonce) {
      const to = authorization.asset;
      const data = encodeTransfer(authorization);
      const raw = await account.signTransaction({ type: "eip1559", chainId, nonce, to, data, ...gas });
      return { raw, hash: keccak256(raw) };
    },

    async broadcast(raw) {
      // "Already known" and "nonce too low" mean it is there; anything else, the proof will show.
      await rpc
        .tell((client) => client.sendRawTransaction({ serializedTransaction: raw }))
        .catch((error: unknown) => log.warn("broadcast_unconfirmed", { hash: keccak256(raw), error }));
    },
  };
}

/** The fees to offer: twice the base fee, so that six full blocks in a row cannot price the transaction out. */
export async function feesOf(client: ChainClient): Promise<Omit<GasQuote, "gas">> {
  const [{ baseFeePerGas }, maxPriorityFeePerGas] = await Promise.all([
    client.getBlock(),
    client.estimateMaxPriorityFeePerGas(),
  ]);
  if (baseFeePerGas === null) throw new Error(`${client.chain.name} has no base fee (EIP-1559)`);
  return { maxFeePerGas: baseFeePerGas * 2n + maxPriorityFeePerGas, maxPriorityFeePerGas };
}

async function quote(
  client: ChainClient,
  relayer: `0x${string}`,
  authorization: Authorization,
): ReturnType<Relayer["quote"]> {
  const [simulation, estimate, fees, balance] = await Promise.all([
    simulateTransfer(client, authorization),
    // Its failure is read only when the simulation succeeded: nodes word a revert in many ways.
    client
      .estimateGas({ account: relayer, to: authorization.asset, data: encodeTransfer(authorization) })
      .catch((error: unknown) => error),
    feesOf(client),
    client.getBalance({ address: relayer }),
  ]);
  if (!simulation.moves) return { ok: false, reason: failureOf(authorization, simulation) };
  if (typeof estimate !== "bigint") throw estimate;
  if (estimate > MAX_GAS) return { ok: false, reason: "settlement_reverted" };
  const roomy = estimate + (estimate * GAS_HEADROOM_PERCENT) / 100n;
  const gas = roomy < MAX_GAS ? roomy : MAX_GAS;
  // A transaction that no node takes would keep its account nonce, and hold up all that follow (faults D20).
  if (balance < gas * fees.maxFeePerGas) throw new Error(`The relayer ${relayer} cannot pay for gas`);
  return { ok: true, gas: { gas, ...fees } };
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
