import { expect, test } from "vitest";
import { openReadyChallenges } from "./ready-challenges";

const challenge = { headers: [], beginning: "{" };
const source = { rule: { method: "GET", path: "/now", priceMicroUsd: 1n }, sellerName: "Ada" };

test("what is asked for again and again is made ready, a crawl of many URLs is not (cache flood)", async () => {
  const ready = openReadyChallenges();
  const again = () => {
    ready.offer("again", source, challenge);
    return ready.find("again", source);
  };
  expect(again()).toBeNull();
  await expect.poll(again).toBe(challenge);
  for (let i = 0; i < 10_000; i += 1) ready.offer(`once ${i}`, source, challenge);
  expect(ready.find("once 1", source)).toBeNull();
});

test("a 402 of another version or under another name is not what was asked for (F3)", () => {
  const ready = openReadyChallenges();
  for (let i = 0; i < 4; i += 1) ready.offer("GET shop/now", source, challenge);
  expect(ready.find("GET shop/now", { ...source, rule: { ...source.rule } })).toBeNull();
  expect(ready.find("GET shop/now", { ...source, sellerName: "Bob" })).toBeNull();
});
