import type { Address } from "viem";
import { formatEther } from "viem";
import { ChainUnavailable, type Network, type Submitter } from "./chain";
import { readGasLeft, SETTLEMENTS_AHEAD } from "./gas";
import { multicall3Of } from "./multicall";
import { viemChainOf } from "./networks";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";

/** Checks that a network can be used: chain id, contracts, gas. One sentence per fault, none when it is ready. */
export async function findFaults(rpc: Rpc, network: Network, submitter: Submitter): Promise<string[]> {
  const unreachable = await rpc.faults();
  if (unreachable.length > 0) return unreachable;
  try {
    const missing = rpc.ask(async (client) => [
      ...(await missingCode(client, network.token.address, `${network.token.symbol} of ${network.name}`)),
      ...(await missingCode(client, multicall3Of(client), `Multicall3 of ${network.name}`)),
    ]);
    const found = [missing, submitter.kind === "relayer" ? missingGas(rpc, network, submitter.address) : []];
    return (await Promise.all(found)).flat();
  } catch (error) {
    if (error instanceof ChainUnavailable) return [`${error.message}.`];
    throw error;
  }
}

async function missingCode(client: ChainClient, address: Address, what: string): Promise<string[]> {
  const code = await client.getCode({ address });
  return code === undefined ? [`${what} is missing: there is no contract at ${address}.`] : [];
}

async function missingGas(rpc: Rpc, network: Network, relayer: Address): Promise<string[]> {
  const { balance, needed } = await readGasLeft(rpc, relayer);
  if (balance >= needed) return [];
  const { symbol } = viemChainOf(network).nativeCurrency;
  return [
    `The relayer ${relayer} on ${network.name} holds ${formatEther(balance)} ${symbol} for gas; ` +
      `${SETTLEMENTS_AHEAD} settlements may take ${formatEther(needed)} ${symbol}.`,
  ];
}
