import { join } from "node:path";
import type { Hex } from "viem";
import { generatePrivateKey } from "viem/accounts";
import { readJson, writeJson } from "./files";

/** The private keys of the local network, made for one data folder and worth nothing anywhere else. */
export interface Wallets {
  /** Sends settlement transactions and pays gas. */
  relayerKey: Hex;
  /** Holds stand-in USDC to try paying with. */
  payerKey: Hex;
}

/** Reads the data folder's wallets, or makes them the first time. */
export async function openWallets(dataDir: string): Promise<Wallets> {
  const path = join(dataDir, "wallets.json");
  const known = await readJson<Wallets>(path);
  if (known) return known;
  const wallets = { relayerKey: generatePrivateKey(), payerKey: generatePrivateKey() };
  await writeJson(path, wallets);
  return wallets;
}
