import type { Address } from "viem";
import { formatEther } from "viem";
import { ChainUnavailable, type Network, type Relayer, type Submitter } from "./chain";
import { SETTLEMENTS_AHEAD } from "./fees";
import { readGasLeft } from "./gas";
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
    const found = [
      missing,
      submitter.kind === "relayers" ? missingGas(rpc, network, submitter.relayers) : [],
    ];
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

/** Of several relayers one with enough gas is enough: the others are left alone until they have more. */
async function missingGas(rpc: Rpc, network: Network, relayers: readonly Relayer[]): Promise<string[]> {
  const { symbol } = viemChainOf(network).nativeCurrency;
  const looks = relayers.map(async ({ address }) => {
    const { balance, needed } = await readGasLeft(rpc, address);
    if (balance >= needed) return null;
    return (
      `The relayer ${address} on ${network.name} holds ${formatEther(balance)} ${symbol} for gas; ` +
      `${SETTLEMENTS_AHEAD} settlements may take ${formatEther(needed)} ${symbol}.`
    );
  });
  const short = (await Promise.all(looks)).filter((sentence) => sentence !== null);
  return short.length === relayers.length ? short : [];
}
