import { describe, expect, it, vi } from "vitest";
import { ChainUnavailable } from "@/lib/chain/chain";
import { outageOf } from "./outage";

const coded = (code: string) => Object.assign(new Error("secret-host:5432"), { code });

describe("an error is told as what the caller can do about it", () => {
  it.each([
    ...[
      "ECONNREFUSED",
      "ECONNRESET",
      "EPIPE",
      "EAI_AGAIN",
      "ENETUNREACH",
      "CONNECTION_CLOSED",
      "CONNECT_TIMEOUT",
    ],
    ...["08006", "53100", "53300", "57014", "57P01", "58030", "25006", "25P03", "40001", "40P01", "55P03"],
  ])("%s of the database means to come back, however deep it lies (E7)", (code) => {
    expect(outageOf(new Error("Failed query", { cause: coded(code) }))).toBe("service_unavailable");
  });

  it("a silent chain means to come back", () => {
    expect(outageOf(new ChainUnavailable("No RPC answered"))).toBe("chain_unavailable");
  });

  it("a silent chain means so also where the error is of another copy of its class, as bundlers make them", async () => {
    vi.resetModules();
    const copy = await import("@/lib/chain/chain");
    expect(copy.ChainUnavailable).not.toBe(ChainUnavailable);
    expect(outageOf(new copy.ChainUnavailable("No RPC answered"))).toBe("chain_unavailable");
  });

  it.each(["23514", "23505", "42703", "ERR_INVALID_ARG_TYPE"])("%s is a bug", (code) => {
    expect(outageOf(coded(code))).toBeNull();
  });
});
