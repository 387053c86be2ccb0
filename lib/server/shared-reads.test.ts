import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { shareReads } from "./shared-reads";
import { openShop } from "./shop.fixture";

/** A thing that is read when the test says so. */
function slowThing() {
  const begun: ((outcome: "ok" | "broken") => void)[] = [];
  let value = "old";
  const read = shareReads((key: string) => {
    const seen = `${key} ${value}`;
    return new Promise<string>((resolve, reject) => {
      begun.push((outcome) => (outcome === "ok" ? resolve(seen) : reject(new Error("broken"))));
    });
  });
  const change = () => {
    value = "new";
  };
  return { read, change, begun };
}

describe("a reading that many ask for at once", () => {
  it("is made once for the first, and once for all who come while it is under way (J6)", async () => {
    const { read, begun } = slowThing();
    const answers = [read("a"), read("a"), read("a"), read("b")];
    expect(begun).toHaveLength(2);
    begun[0]?.("ok");
    begun[1]?.("ok");
    await answers[0];
    await expect.poll(() => begun.length).toBe(3);
    begun[2]?.("ok");
    expect(await Promise.all(answers)).toEqual(["a old", "a old", "a old", "b old"]);
    void read("a");
    expect(begun).toHaveLength(4);
  });

  // Not kept for 5 s until NOTIFY tells otherwise, as the row suggests: a notice that is late would quote a payout address
  // after it was replaced (F3), and sell while the database is away (E1).
  it("is never older than the one who asks (J6, F3)", async () => {
    const { read, change, begun } = slowThing();
    const before = read("a");
    change();
    const after = read("a");
    begun[0]?.("ok");
    expect(await before).toBe("a old");
    begun[1]?.("ok");
    expect(await after).toBe("a new");
  });

  it("that fails is made anew for those who came later (J6)", async () => {
    const { read, begun } = slowThing();
    const [first, second] = [read("a"), read("a")];
    begun[0]?.("broken");
    await expect(first).rejects.toThrow("broken");
    begun[1]?.("ok");
    expect(await second).toBe("a old");
  });
});

it("a flood of unpaid calls is answered without a word to any RPC, and with few to the database (J6)", async () => {
  let asked = 0;
  const rpc = createServer((_, response) => {
    asked += 1;
    response.writeHead(500).end();
  }).listen(0, "127.0.0.1");
  await once(rpc, "listening");
  onTestFinished(() => void rpc.close());
  const address = rpc.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const shop = await openShop((_, response) => void response.end(), { rpc: [url], connections: 1 });
  onTestFinished(() => shop.close());
  const statuses = new Set<number>();
  for (let wave = 0; wave < 4; wave += 1) {
    const calls = Array.from({ length: 200 }, () => fetch(shop.url("/now")));
    for (const answer of await Promise.all(calls)) {
      statuses.add(answer.status);
      await answer.body?.cancel();
    }
  }
  // With a single connection, 200 readings at once would not all be let in.
  expect([[...statuses], asked]).toEqual([[402], 0]);
});
