import type { Address } from "viem";
import { formatEther } from "viem";
import { ChainUnavailable, type Network, type Submitter } from "./chain";
import { multicall3Of } from "./multicall";
import { feesOf } from "./relayer";
import type { ChainClient, Rpc } from "./rpc";

/** A relayer must be able to pay for this many settlements, or we stop taking payments (faults D20). */
const SETTLEMENTS_AHEAD = 200n;
/** Gas of one settlement of an ordinary wallet, rounded up. */
const GAS_PER_SETTLEMENT = 100_000n;

/** Checks that a network can be used: chain id, contracts, gas. One sentence per fault, none when it is ready. */
export async function findFaults(rpc: Rpc, network: Network, submitter: Submitter): Promise<string[]> {
  const unreachable = await rpc.faults();
  if (unreachable.length > 0) return unreachable;
  try {
    return await rpc.ask(async (client) => [
      ...(await missingCode(client, network.token.address, `${network.token.symbol} of ${network.name}`)),
      ...(await missingCode(client, multicall3Of(client), `Multicall3 of ${network.name}`)),
      ...(submitter.kind === "relayer" ? await missingGas(client, network, submitter.address) : []),
    ]);
  } catch (error) {
    if (error instanceof ChainUnavailable) return [`${error.message}.`];
    throw error;
  }
}

async function missingCode(client: ChainClient, address: Address, what: string): Promise<string[]> {
  const code = await client.getCode({ address });
  return code === undefined ? [`${what} is missing: there is no contract at ${address}.`] : [];
}

async function missingGas(client: ChainClient, network: Network, relayer: Address): Promise<string[]> {
  const [balance, { maxFeePerGas }] = await Promise.all([
    client.getBalance({ address: relayer }),
    feesOf(client),
  ]);
  const needed = SETTLEMENTS_AHEAD * GAS_PER_SETTLEMENT * maxFeePerGas;
  if (balance >= needed) return [];
  const { symbol } = client.chain.nativeCurrency;
  return [
    `The relayer ${relayer} on ${network.name} holds ${formatEther(balance)} ${symbol} for gas; ` +
      `${SETTLEMENTS_AHEAD} settlements may take ${formatEther(needed)} ${symbol}.`,
  ];
}
