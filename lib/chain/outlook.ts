import type { Hex } from "viem";
import { gather } from "@/lib/gather";
import type { Authorization, PayerState, Simulation } from "./chain";
import { callTogether } from "./multicall";
import { addressWord, decodePayerState, payerCalls, timeCall } from "./payer-state";
import type { Rpc } from "./rpc";
import type { ChainClient } from "./rpc-node";
import { simulateTransfer } from "./simulation";

/** Transfers read together at most, and when the next ones no longer wait for those before them. */
const TOGETHER = { atMost: 100, overtakeMs: 25 };
/** What the reads for one transfer may take; tokens that we list take a third of it. */
const GAS_EACH = 150_000n;
/** `transferFrom(address,address,uint256)`, and nothing as the amount. */
const TRANSFER_FROM = "0x23b872dd";
const NOTHING = "0".repeat(64);

/** What a transfer depends on: its payer's state, and whether the token lets anything pass from payer to payee. */
interface Outlook extends PayerState {
  passes: boolean;
}

async function readOutlooks(
  client: ChainClient,
  authorizations: readonly Authorization[],
): Promise<(Outlook | null)[]> {
  const calls = authorizations.flatMap((authorization) => {
    const { asset, from, to } = authorization;
    // A paused token and one that has blocked either of the two refuse also a transfer of nothing, which needs no allowance.
    const data: Hex = `${TRANSFER_FROM}${addressWord(from)}${addressWord(to)}${NOTHING}`;
    return [...payerCalls(authorization), { target: asset, data }];
  });
  const gas = GAS_EACH * BigInt(authorizations.length + 1);
  const results = await callTogether(client, [...calls, timeCall(client)], { gas });
  return authorizations.map((_, index) => {
    const [balance, used, passed] = results.slice(3 * index);
    const state = decodePayerState(balance, used, results.at(-1));
    return state && { ...state, passes: passed?.success === true };
  });
}

/**
 * Opens the judging of transfers before they are worked for. What they depend on is read together for all requests of
 * the moment; only where that casts doubt, or when it `mustBeTried`, is the transfer itself tried, alone, and a failure
 * believed when no other RPC knows better.
 */
export function openOutlook(
  rpc: Rpc,
): (authorization: Authorization, mustBeTried: boolean) => Promise<Simulation> {
  const read = gather(
    (authorizations: readonly Authorization[]) => rpc.ask((client) => readOutlooks(client, authorizations)),
    TOGETHER,
  );
  return async (authorization, mustBeTried) => {
    const outlook = mustBeTried ? null : await read(authorization);
    const isClear = outlook?.passes && !outlook.nonceUsed && outlook.balance >= authorization.value;
    if (isClear) return { ...outlook, moves: true };
    return rpc.ask((client) => simulateTransfer(client, authorization), { doubts: ({ moves }) => !moves });
  };
}
