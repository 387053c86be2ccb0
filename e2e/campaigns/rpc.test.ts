import { expect, it } from "vitest";
import { atTestSize, HELD } from "./at-test-size";
import * as rpc from "./rpc";
import { TOGETHER } from "./together";

const verdictOn = atTestSize("rpc", rpc);

it.each([
  [
    "while RPCs fail, hang, repeat themselves and forget, and one of three lies, payers are served or told that nothing moved (D1, D2, D3)",
    rpc.SERVED_OR_REFUSED,
  ],
  ["calls are served while every RPC is ill (D2)", rpc.SERVES],
  ["the relayer's gas costs what it costs, whatever an RPC says of its price (D3)", rpc.GAS],
  ["payments are settled together meanwhile", TOGETHER],
])("%s", (_, oracle) => {
  expect(verdictOn(oracle)).toMatchObject(HELD);
});
