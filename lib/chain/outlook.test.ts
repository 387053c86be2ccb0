import { encodeFunctionData, parseAbi } from "viem";
import { beforeEach, describe, expect, inject, it, onTestFinished } from "vitest";
import { log } from "@/lib/log";
import type { Authorization } from "./chain";
import { authorize, lyingRpc, mintAddress, Outside, type RpcCall } from "./fixture";
import { networkById } from "./networks";
import { openOutlook } from "./outlook";
import { openRpc } from "./rpc";

const network = networkById("eip155:84532");
const outside = new Outside(inject("local").rpcUrl);

/** Foresees transfers by an RPC that counts the calls it is asked to make. */
async function countCalls() {
  if (!network) throw new Error("The local chain's network is not known");
  const calls: RpcCall[] = [];
  const server = await lyingRpc(inject("local").rpcUrl, (call, result) => {
    if (call.method === "eth_call") calls.push(call);
    return result;
  });
  onTestFinished(() => server.close());
  const foresee = openOutlook(openRpc(network, [server.url], log));
  return { foresee: (authorization: Authorization) => foresee(authorization, false), calls };
}

let counting: Awaited<ReturnType<typeof countCalls>>;
beforeEach(async () => {
  counting = await countCalls();
});

describe("transfers that are looked at at once", () => {
  it("are read in one call of the RPC, and each is told its own", async () => {
    const { foresee, calls } = counting;
    const wanted: Authorization[] = [];
    for (const units of [10_000n, 20_000n, 30_000n]) wanted.push(await authorize(await outside.payer(units)));
    const seen = await Promise.all(wanted.map(foresee));
    expect(seen.map(({ balance, moves }) => [balance, moves])).toEqual([
      [10_000n, true],
      [20_000n, true],
      [30_000n, true],
    ]);
    expect(calls).toHaveLength(1);
  });

  it("are tried alone where something is against them, which costs the others nothing", async () => {
    const { foresee, calls } = counting;
    const undecided = await outside.payer(10_000n);
    const cancelled = await authorize(undecided);
    await outside.cancel(undecided, cancelled);
    const [rich, poor] = [await outside.payer(10_000n), await outside.payer(1n)];
    const wanted = [await authorize(rich), await authorize(poor), cancelled];
    const seen = await Promise.all(wanted.map(foresee));
    expect(seen).toMatchObject([
      { moves: true },
      { moves: false, balance: 1n },
      { moves: false, nonceUsed: true },
    ]);
    expect(calls).toHaveLength(3);
  });

  it("are not read from a token that does not answer, which fails nobody else", async () => {
    const { foresee } = counting;
    const good = await authorize(await outside.payer(10_000n));
    const strange = { ...good, asset: mintAddress() };
    const [seen, failed] = await Promise.allSettled([foresee(good), foresee(strange)]);
    expect(seen).toMatchObject({ value: { moves: true } });
    expect(failed).toMatchObject({ reason: { name: "ChainUnavailable" } });
  });
});

it("a payer whom the token has blocked is found before anybody works for it (D16)", async () => {
  const { foresee } = counting;
  const payer = await outside.payer(10_000n);
  expect(await foresee(await authorize(payer))).toMatchObject({ moves: true });
  const block = parseAbi(["function blacklist(address account)"]);
  const data = encodeFunctionData({ abi: block, functionName: "blacklist", args: [payer.address] });
  await outside.send(network?.token.address ?? payer.address, data);
  expect(await foresee(await authorize(payer))).toMatchObject({ moves: false });
});
