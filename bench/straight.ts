import { encodeFunctionData, type Hex, multicall3Abi, parseGwei, toEventSelector } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { Authorization } from "@/lib/chain/chain";
import { Outside } from "@/lib/chain/fixture";
import { encodeTransfer } from "@/lib/chain/transfer";
import { LOCAL_CHAIN_ID } from "@/lib/localnet/anvil";

/** The parts of a receipt that are read here, as a node writes them. */
interface Mined {
  status: Hex;
  gasUsed: Hex;
  logs: { topics: Hex[] }[];
}

/** Transactions that are signed and not sent, and how many transfers they make. */
export interface Ready {
  raw: Hex[];
  transfers: number;
}

/** The chain with nothing between it and us: what it can do at most. */
export interface Straight {
  /** Signs transactions that make these transfers, as many in each by Multicall3; one by one without it. */
  prepare(authorizations: readonly Authorization[], inEach: number): Promise<Ready>;
  /** Sends them, two under way at any time, so that the chain never waits for us; gives the gas they used. */
  send(ready: Ready): Promise<{ perSecond: number; gasEach: number }>;
}

const MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11";
/** The topic of the event by which a token says that an authorization was used. */
export const AUTHORIZATION_USED = toEventSelector("AuthorizationUsed(address,bytes32)");
const GAS_EACH = 120_000n;
const UNDER_WAY = 2;

/** Opens the chain for a wallet with gas. */
export async function openStraight(rpcUrl: string): Promise<Straight> {
  const outside = new Outside(rpcUrl);
  const sender = privateKeyToAccount(generatePrivateKey());
  await outside.giveGas(sender.address);
  let nonce = 0;
  const sign = (to: Hex, data: Hex, transfers: number) =>
    sender.signTransaction({
      ...{ type: "eip1559", chainId: LOCAL_CHAIN_ID, nonce: nonce++, to, data },
      ...{ gas: GAS_EACH * BigInt(transfers), maxFeePerGas: parseGwei("10"), maxPriorityFeePerGas: 1n },
    });
  return {
    async prepare(authorizations, inEach) {
      const raw: Hex[] = [];
      for (let at = 0; at < authorizations.length; at += inEach) {
        const batch = authorizations.slice(at, at + inEach).map((authorization) => ({
          ...{ target: authorization.asset, allowFailure: true, callData: encodeTransfer(authorization) },
        }));
        const [alone] = batch;
        if (alone && inEach === 1) raw.push(await sign(alone.target, alone.callData, 1));
        else raw.push(await sign(MULTICALL3, together(batch), batch.length));
      }
      return { raw, transfers: authorizations.length };
    },
    async send({ raw, transfers }) {
      const began = performance.now();
      const mined: Mined[] = [];
      const left = raw[Symbol.iterator]();
      const sendNext = async () => {
        for (const serializedTransaction of left) mined.push(await land(rpcUrl, serializedTransaction));
      };
      await Promise.all(Array.from({ length: UNDER_WAY }, sendNext));
      const seconds = (performance.now() - began) / 1000;
      const used = mined.flatMap(({ logs }) => logs).filter(({ topics }) => topics[0] === AUTHORIZATION_USED);
      if (used.length !== transfers) throw new Error(`${used.length} of ${transfers} transfers were made`);
      const gas = mined.reduce((sum, { gasUsed }) => sum + Number(gasUsed), 0);
      return { perSecond: transfers / seconds, gasEach: gas / transfers };
    },
  };
}

function together(calls: readonly { target: Hex; allowFailure: boolean; callData: Hex }[]): Hex {
  return encodeFunctionData({ abi: multicall3Abi, functionName: "aggregate3", args: [calls] });
}

/** Sends a transaction and is told at once when it is mined (EIP-7966), with nothing asked in between. */
async function land(rpcUrl: string, raw: Hex): Promise<Mined> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_sendRawTransactionSync", params: [raw] });
  const answer = await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const { result, error } = (await answer.json()) as { result?: Mined; error?: { message: string } };
  if (!result) throw new Error(`The chain refused a transaction: ${error?.message}`);
  return result;
}
