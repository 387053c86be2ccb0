import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, inject, it } from "vitest";
import { openShop } from "@/lib/server/shop.fixture";
import { snippetsFor } from "./snippets";

const clients = join(import.meta.dirname, "../../../../e2e/clients");
const shops: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(shops.map((shop) => shop.close())));

describe("the @x402/fetch snippet runs as it stands and pays", () => {
  it.each([
    { name: "a cent", method: "GET", priceMicroUsd: 10_000n },
    { name: "more than clients pay unless told", method: "POST", priceMicroUsd: 1_500_000n },
  ])("$name", async ({ method, priceMicroUsd }) => {
    const rules = [{ method, path: "/now", priceMicroUsd: priceMicroUsd.toString() }];
    const shop = await openShop((_, response) => response.end("noon"), { rules });
    shops.push(shop);
    const call = { url: shop.url("/now"), method, priceMicroUsd };
    const code = snippetsFor(call, "Clock").find(({ id }) => id === "fetch")?.code ?? "";
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", code], {
      cwd: clients,
      env: { ...process.env, PAYER_KEY: inject("local").payerKey },
    });
    expect(stdout).toBe("200 noon\n");
    expect(await shop.settlements()).toMatchObject([{ amount: priceMicroUsd }]);
  });
});

describe("a URL cannot break out of a snippet", () => {
  const call = { url: `https://pay.example/g/x/'"\`$(id)`, method: "GET", priceMicroUsd: null };
  const code = (id: string) => snippetsFor(call, `Na"me`).find((snippet) => snippet.id === id)?.code;

  it("of the shell", async () => {
    const echoed = await promisify(execFile)("sh", [
      "-c",
      `curl() { printf '%s\\n' "$2"; }; ${code("curl")}`,
    ]);
    expect(echoed.stdout.split("\n")[0]).toBe(call.url);
  });

  it("of JavaScript or Python", () => {
    for (const id of ["fetch", "mcp", "python"]) expect(code(id)).toContain(JSON.stringify(call.url));
    expect(code("mcp")).toContain(JSON.stringify(`Na"me`));
  });
});
