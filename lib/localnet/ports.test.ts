import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { log } from "@/lib/log";
import { anvilClient, startAnvil } from "./anvil";

test("chains that are started at once each get a port of their own, and nobody takes another's for its own", async () => {
  const founded: string[] = [];
  const chains = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const folder = await mkdtemp(join(tmpdir(), "farebox-ports-"));
      const chain = await startAnvil(folder, log, async () => void founded.push(folder));
      onTestFinished(async () => {
        await chain.stop();
        await rm(folder, { recursive: true });
      });
      return chain;
    }),
  );
  expect(new Set(chains.map(({ rpcUrl }) => rpcUrl)).size).toBe(4);
  expect(new Set(founded).size).toBe(4);
  for (const { rpcUrl } of chains) expect(await anvilClient(rpcUrl).getChainId()).toBe(84_532);
});
