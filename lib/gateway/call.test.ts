import { expect, it } from "vitest";
import { fingerprint } from "./call";

const call = {
  request: { method: "POST" },
  target: { rawPath: "/now/%C3%A9", rawQuery: "?a=1&ü" },
  endpoint: { id: "0190a6b2-0000-7000-8000-000000000000" },
  body: Buffer.alloc(0),
};
const of = (over: Partial<typeof call> = {}) => fingerprint({ ...call, ...over }).toString("hex");

it("what a payment is bound to never changes its bytes: rows are compared with it", () => {
  expect(of()).toBe("14e581211bb49b6295d5e61af7ad368373060bac0c05e922a0e51cd643e95cac");
  expect(of({ body: Buffer.from("hello") })).toBe(
    "88145379f075afcbe34aae12c4d48e4a246203fa54e79fd9ab486395986ea8bf",
  );
});

it("a payment is bound to method, endpoint, path, query and body, and none of them runs into the next", () => {
  const all = [
    of(),
    of({ request: { method: "PUT" } }),
    of({ target: { rawPath: "/now/%C3%A9?a", rawQuery: "=1&ü" } }),
    of({ target: { rawPath: "/now/%C3%A9", rawQuery: "" } }),
    of({ endpoint: { id: "0190a6b2-0000-7000-8000-000000000001" } }),
    of({ body: Buffer.from("0") }),
  ];
  expect(new Set(all).size).toBe(all.length);
});
