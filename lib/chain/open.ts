import type { Address, Hex } from "viem";
import { BadConfiguration, type Env, type NetworkConfig } from "@/lib/env";
import type { Log } from "@/lib/log";
import { type CdpAuth, openCdpAuth } from "./cdp-auth";
import { type Chain, ChainUnavailable, type Network, type Relayer, type Submitter } from "./chain";
import { openFacilitator } from "./facilitator";
import { findFaults } from "./faults";
import { readGasLeft } from "./gas";
import { openHistory } from "./history";
import { NETWORKS, networkById } from "./networks";
import { openOutlook } from "./outlook";
import { isBlocked } from "./payee";
import { readPayerState } from "./payer-state";
import { openRelayer } from "./relayer";
import { openRpc, type Rpc } from "./rpc";
import { isApprovedByContract, isContract, isSignedByKey } from "./signature";
import { prove } from "./witness";

const CDP_FACILITATOR_URL = "https://api.cdp.coinbase.com/platform/v2/x402";

/** Of contract wallets that paid through this process, and of signatures that were checked, as many are remembered. */
const REMEMBERED = 10_000;

type ChainEnv = Pick<Env, "FAREBOX_NETWORKS" | "FAREBOX_CDP_KEY_ID" | "FAREBOX_CDP_KEY_SECRET">;

/** Opens every configured network, by CAIP-2 id; sends nothing yet. Throws BadConfiguration naming the first bad one. */
export function openChains(env: ChainEnv, log: Log): Map<string, Chain> {
  const chains = new Map<string, Chain>();
  for (const config of env.FAREBOX_NETWORKS) {
    if (chains.has(config.network)) throw refusal(config, "is configured twice");
    const network = networkOf(config);
    checkRpcs(config, network);
    const rpc = openRpc(network, config.rpc, log);
    chains.set(network.id, openChain(network, rpc, openSubmitter(config, network, env, rpc, log), log));
  }
  return chains;
}

function openChain(network: Network, rpc: Rpc, submitter: Submitter, log: Log): Chain {
  const relayers = submitter.kind === "relayers" ? submitter.relayers : [];
  const addresses = relayers.map(({ address }) => address);
  const foresee = openOutlook(rpc);
  // Their code decides again when the transfer is made, so theirs are tried (faults D17).
  const contractWallets = new Set<Address>();
  // Who signed a payment is found out when it comes, and matters again when it is sent.
  const signedByKey = new Set<string>();
  async function isByKey(payer: Address, digest: Hex, signature: Hex): Promise<boolean> {
    const checked = `${payer}${digest}${signature}`;
    if (signedByKey.has(checked)) return true;
    const isSigned = await isSignedByKey(payer, digest, signature);
    if (isSigned) remember(signedByKey, checked);
    return isSigned;
  }
  return {
    network,
    submitter,
    async verifySignature(payer, digest, signature) {
      // An ordinary wallet's is recovered here; only what may be a contract's is worth a question to the chain.
      if (await isByKey(payer, digest, signature)) return true;
      const approved = await rpc.ask((client) => isApprovedByContract(client, payer, digest, signature));
      if (approved) remember(contractWallets, payer);
      return approved;
    },
    isSignedByKey: isByKey,
    isContract: (address) => rpc.ask((client) => isContract(client, address)),
    payerState: (key) => rpc.ask((client) => readPayerState(client, key)),
    async isUnused(key) {
      const { answer, second } = await rpc.askTwo(
        (client) => readPayerState(client, key),
        ({ nonceUsed }) => !nonceUsed,
        (one, other) => one.nonceUsed === other.nonceUsed,
      );
      return !answer.nonceUsed && (second === "agrees" || second === "none");
    },
    async simulate(authorization) {
      const mustBeTried = contractWallets.has(authorization.from);
      const gas = checkGas(network, relayers);
      const [foreseen] = await Promise.all([foresee(authorization, mustBeTried), gas]);
      return foreseen;
    },
    isBlocked: (address) => rpc.ask((client) => isBlocked(client, network.token.address, address)),
    async prove(authorization, txHash, justSent = false) {
      const proof = await prove({ rpc, network, relayers: addresses }, authorization, { txHash, justSent });
      if (proof.outcome === "failed" && txHash !== null && submitter.kind === "facilitator") {
        log.error("facilitator_settled_nothing", { network: network.id, txHash, reason: proof.reason });
      }
      return proof;
    },
    history: openHistory(rpc, network),
    faults: () => findFaults(rpc, network, submitter),
    async health() {
      const gasOf = async (address: Relayer["address"]) => {
        return { address, gas: await readGasLeft(rpc, address).catch(() => null) };
      };
      const [rpcs, facilitator, relayers] = await Promise.all([
        rpc.health(),
        submitter.kind === "facilitator" ? submitter.health() : null,
        Promise.all(addresses.map(gasOf)),
      ]);
      return { rpcs, facilitator, relayers };
    },
  };
}

/** Forgets all at once when there are too many: what is not remembered is only found out again. */
function remember<Fact>(known: Set<Fact>, fact: Fact): void {
  if (known.size >= REMEMBERED) known.clear();
  known.add(fact);
}

/** Throws while no relayer can pay for the settlements ahead. */
async function checkGas({ name }: Network, relayers: readonly Relayer[]): Promise<void> {
  const short = await Promise.all(relayers.map((relayer) => relayer.isShort()));
  if (short.length > 0 && short.every(Boolean)) {
    throw new ChainUnavailable(`The relayers of ${name} are short of gas`);
  }
}

function refusal({ network }: NetworkConfig, sentence: string): BadConfiguration {
  return new BadConfiguration(`The configuration is wrong:\n  FAREBOX_NETWORKS: ${network} ${sentence}`);
}

function networkOf(config: NetworkConfig): Network {
  const network = networkById(config.network);
  if (!network) {
    const known = NETWORKS.map(({ id, name }) => `${id} (${name})`).join(", ");
    throw refusal(config, `is not a network with a dollar token that x402 lists; those are ${known}`);
  }
  // A local chain borrows a real one's id, and no explorer shows it.
  return config.rpc.every(isLoopback) ? { ...network, explorerUrl: null } : network;
}

/** One RPC that lies or stops would decide alone over live money, and two of one provider would do so together. */
function checkRpcs(config: NetworkConfig, network: Network): void {
  const hosts = new Set(config.rpc.map((url) => new URL(url).host));
  if (network.test || (hosts.size > 1 && hosts.size === config.rpc.length)) return;
  throw refusal(
    config,
    "holds live money and needs the RPC URLs of two providers or more, on hosts of their own",
  );
}

function isLoopback(url: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname);
}

function openSubmitter(
  config: NetworkConfig,
  network: Network,
  env: ChainEnv,
  rpc: Rpc,
  log: Log,
): Submitter {
  const { relayerKey, facilitator } = config;
  if (facilitator !== undefined) {
    const isCdp = facilitator === "cdp";
    return openFacilitator({
      url: isCdp ? CDP_FACILITATOR_URL : facilitator,
      network,
      auth: isCdp ? cdpAuth(config, env) : null,
      isUsed: async (key) => (await rpc.ask((client) => readPayerState(client, key))).nonceUsed,
      log,
    });
  }
  const [first, ...others] = [relayerKey ?? []]
    .flat()
    .map((key) => relayerOf(config, network, key, rpc, log));
  if (first === undefined) throw refusal(config, "needs relayerKey or facilitator");
  const relayers = [first, ...others] as const;
  if (new Set(relayers.map(({ address }) => address)).size < relayers.length) {
    throw refusal(config, "lists a relayerKey twice");
  }
  return { kind: "relayers", relayers };
}

function relayerOf(config: NetworkConfig, network: Network, key: string, rpc: Rpc, log: Log): Relayer {
  try {
    return openRelayer(network, key as `0x${string}`, rpc, log);
  } catch {
    throw refusal(config, "has a relayerKey that is no private key of secp256k1");
  }
}

function cdpAuth(config: NetworkConfig, env: ChainEnv): CdpAuth {
  const { FAREBOX_CDP_KEY_ID: keyId, FAREBOX_CDP_KEY_SECRET: secret } = env;
  if (!keyId || !secret) {
    throw refusal(config, "uses facilitator cdp, which needs FAREBOX_CDP_KEY_ID and FAREBOX_CDP_KEY_SECRET");
  }
  const auth = openCdpAuth(keyId, secret);
  if (!auth) throw refusal(config, "uses facilitator cdp, but FAREBOX_CDP_KEY_SECRET is no CDP key");
  return auth;
}
