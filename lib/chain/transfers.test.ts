import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { ChainUnavailable } from "./chain";
import { authorize, lyingRpc, mintAddress, Outside, openLocal, REFUSED, startOwnChain } from "./fixture";
import { encodeTransfer } from "./transfer";

let own: Awaited<ReturnType<typeof startOwnChain>>;
let outside: Outside;
beforeAll(async () => {
  own = await startOwnChain();
  outside = new Outside(own.rpcUrl);
});
afterAll(() => own.stop());

/** An RPC that searches at most this many blocks for logs at once. */
async function searching(blocks: number): Promise<string> {
  const server = await lyingRpc(own.rpcUrl, ({ method, params }, result) => {
    if (method !== "eth_getLogs") return result;
    const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
    return Number(toBlock) - Number(fromBlock) >= blocks ? REFUSED : result;
  });
  onTestFinished(() => server.close());
  return server.url;
}

it("transfers are found, each once, whatever an RPC searches at once", async () => {
  const payer = await outside.payer(20_000n);
  const to = mintAddress();
  const hashes = [];
  for (let i = 0; i < 2; i++) {
    const authorization = await authorize(payer, { to });
    hashes.push((await outside.send(authorization.asset, encodeTransfer(authorization))).transactionHash);
    await outside.client.mine({ blocks: 45 });
  }
  const urls = [own.rpcUrl, await searching(200), await searching(10)];
  for (const url of urls) {
    const { history } = openLocal(url);
    const { number } = await history.head();
    const found = await history.transfersTo([to], 0n, number);
    expect(found.map(({ txHash }) => txHash)).toEqual(hashes);
  }
});

it("and that no RPC searches at all is no sign that there are none", async () => {
  const { history } = openLocal(await searching(0));
  await expect(history.transfersTo([mintAddress()], 0n, 5n)).rejects.toThrow(ChainUnavailable);
});
