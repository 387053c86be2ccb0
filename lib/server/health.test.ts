import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { expect, inject, it, onTestFinished } from "vitest";
import { Outside } from "@/lib/chain/fixture";
import { watchReadiness } from "./health";
import { openShop } from "./shop.fixture";

it("a process whose relayer cannot pay for 200 settlements is not ready, and is once it has gas (D20)", async () => {
  const relayerKey = generatePrivateKey();
  const { address } = privateKeyToAccount(relayerKey);
  const shop = await openShop((_, response) => void response.end(), { relayerKey });
  onTestFinished(() => shop.close());
  const ready = watchReadiness(shop.parts);
  expect(await ready()).toEqual([
    expect.stringMatching(new RegExp(`^The relayer ${address} on Base Sepolia holds 0 ETH for gas; 200 `)),
  ]);
  await new Outside(inject("local").rpcUrl).giveGas(address);
  // An answer is given again for two seconds.
  await expect.poll(ready, { timeout: 30_000 }).toEqual([]);
});
