import { expect, test } from "vitest";
import { BoundedMap } from "./bounded-map";

test("what is kept stays within its bytes, however much is put in (cache flood)", () => {
  const map = new BoundedMap<number>(1_000);
  for (let i = 0; i < 10_000; i += 1) map.set(`key ${i}`, i, 100);
  expect(map.size).toBe(10);
  expect(map.get("key 9999")).toBe(9_999);
  map.set("key 9999", 1, 900);
  expect([map.size, map.get("key 9999")]).toEqual([2, 1]);
});

test("what is asked for outlives what is not", () => {
  const map = new BoundedMap<number>(300);
  for (const key of ["asked for", "not", "neither"]) map.set(key, 1, 100);
  for (let i = 0; i < 10; i += 1) {
    expect(map.get("asked for")).toBe(1);
    map.set(`new ${i}`, i, 100);
  }
  expect([map.get("not"), map.get("neither")]).toEqual([undefined, undefined]);
});

test("where all are asked for, room for another is found without a look at all of them", () => {
  const map = new BoundedMap<number>(1_000);
  const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`);
  for (const key of keys) map.set(key, 1, 10);
  for (const key of keys) map.get(key);
  map.set("new", 1, 10);
  expect(keys.filter((key) => map.get(key) === undefined)).toHaveLength(1);
  expect(map.size).toBe(100);
});

test("what is larger than all of it is not kept", () => {
  const map = new BoundedMap<number>(100);
  map.set("large", 1, 101);
  expect(map.size).toBe(0);
  map.set("small", 1, 100);
  map.delete("small");
  map.set("next", 1, 100);
  expect([map.size, map.get("next")]).toEqual([1, 1]);
});
