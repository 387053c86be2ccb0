import { generatePrivateKey } from "viem/accounts";
import { describe, expect, inject, it } from "vitest";
import { BadConfiguration, type NetworkConfig } from "@/lib/env";
import { keptLog, lyingRpc, Outside, openLocal } from "./fixture";
import { openChains } from "./open";

const LOCAL = { network: "eip155:84532", rpc: ["http://127.0.0.1:1"] };

function open(networks: NetworkConfig[], keys: { id?: string; secret?: string } = {}) {
  const env = {
    FAREBOX_NETWORKS: networks,
    FAREBOX_CDP_KEY_ID: keys.id,
    FAREBOX_CDP_KEY_SECRET: keys.secret,
  };
  return openChains(env, keptLog());
}

function refusalOf(networks: NetworkConfig[], keys?: { id?: string; secret?: string }): string {
  try {
    open(networks, keys);
  } catch (error) {
    if (error instanceof BadConfiguration) return error.message;
    throw error;
  }
  throw new Error("The configuration was accepted");
}

describe("the configuration of networks", () => {
  it("opens several networks without asking any of them", () => {
    const base = {
      network: "eip155:8453",
      rpc: ["https://rpc.one.example", "https://rpc.two.example"],
      facilitator: "https://facilitator.example",
    };
    const chains = open([{ ...LOCAL, relayerKey: generatePrivateKey() }, base]);
    expect([...chains.keys()]).toEqual(["eip155:84532", "eip155:8453"]);
    expect(chains.get("eip155:8453")?.submitter).toMatchObject({
      kind: "facilitator",
      url: "https://facilitator.example",
    });
    expect(chains.get("eip155:8453")?.network.explorerUrl).toBe("https://basescan.org");
    expect(chains.get("eip155:84532")?.network.explorerUrl).toBeNull();
  });

  const relayerKey = generatePrivateKey();
  it.each<[string, NetworkConfig[], RegExp]>([
    [
      "a network nobody knows",
      [{ ...LOCAL, network: "eip155:31337", relayerKey }],
      /eip155:31337 is not a network/,
    ],
    [
      "a network whose token needs Permit2",
      [{ ...LOCAL, network: "eip155:4326", relayerKey }],
      /eip155:4326/,
    ],
    [
      "a network given twice",
      [
        { ...LOCAL, relayerKey },
        { ...LOCAL, relayerKey },
      ],
      /configured twice/,
    ],
    [
      "a live network of one RPC",
      [{ network: "eip155:8453", rpc: ["https://rpc.one.example/key"], relayerKey }],
      /eip155:8453 holds live money and needs the RPC URLs of two providers/,
    ],
    [
      "a live network whose RPCs are one provider's",
      [{ network: "eip155:8453", rpc: ["https://one.example/a", "https://one.example/b"], relayerKey }],
      /two providers/,
    ],
    ["a key twice", [{ ...LOCAL, relayerKey: [relayerKey, relayerKey] }], /lists a relayerKey twice/],
    ["a key outside the curve", [{ ...LOCAL, relayerKey: `0x${"f".repeat(64)}` }], /no private key/],
    ["Coinbase's facilitator without its keys", [{ ...LOCAL, facilitator: "cdp" }], /FAREBOX_CDP_KEY_ID/],
  ])("names what is wrong with %s", (_, networks, sentence) => {
    const message = refusalOf(networks);
    expect(message).toMatch(sentence);
    expect(message).toContain("FAREBOX_NETWORKS");
    expect(message).not.toMatch(/[0-9a-f]{64}/);
  });

  it("names a CDP key that is none, and does not print it", () => {
    const message = refusalOf([{ ...LOCAL, facilitator: "cdp" }], { id: "key-id", secret: "not-a-key" });
    expect(message).toContain("FAREBOX_CDP_KEY_SECRET");
    expect(message).not.toContain("not-a-key");
  });
});

describe("the faults of a network", () => {
  const { rpcUrl } = inject("local");
  const outside = new Outside(rpcUrl);
  const relayerAt = async (chain: ReturnType<typeof openLocal>) => {
    if (chain.submitter.kind === "relayers") await outside.giveGas(chain.submitter.relayers[0].address);
    return chain;
  };

  it("are none when its RPC answers, its contracts exist and its relayer has gas", async () => {
    expect(await (await relayerAt(openLocal(rpcUrl))).faults()).toEqual([]);
  });

  it("are none with a facilitator, which pays the gas itself", async () => {
    expect(await openLocal(rpcUrl, { facilitator: "https://facilitator.example" }).faults()).toEqual([]);
  });

  it("name a relayer that cannot pay for 200 settlements", async () => {
    const [fault, ...rest] = await openLocal(rpcUrl).faults();
    expect(fault).toMatch(
      /The relayer 0x\w{40} on Base Sepolia holds 0 ETH for gas; 200 settlements may take/,
    );
    expect(rest).toEqual([]);
  });

  it("name an RPC of another chain, even when others are right", async () => {
    const mainnet = await lyingRpc(rpcUrl, ({ method }, result) =>
      method === "eth_chainId" ? "0x1" : result,
    );
    const chain = await relayerAt(openLocal([rpcUrl, mainnet.url]));
    expect(await chain.faults()).toEqual(["An RPC of Base Sepolia answers for chain 1 instead of 84532."]);
    mainnet.close();
  });

  it("name a network that is silent, without its URL", async () => {
    expect(await openLocal("http://127.0.0.1:1/secret-key").faults()).toEqual([
      "No RPC of Base Sepolia answers.",
    ]);
  });

  it("name a contract that is not there", async () => {
    const bare = await lyingRpc(rpcUrl, ({ method }, result) => (method === "eth_getCode" ? "0x" : result));
    const chain = await relayerAt(openLocal(bare.url));
    expect(await chain.faults()).toEqual([
      expect.stringMatching(/^USDC of Base Sepolia is missing/),
      expect.stringMatching(/^Multicall3 of Base Sepolia is missing/),
    ]);
    bare.close();
  });
});
