import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { Outside } from "@/lib/chain/fixture";
import { type House, openHouse, PRICE } from "./house";
import { type Library, openLibrary } from "./library";
import { type Server, startServer } from "./processes";
import type { Step } from "./progress";

/** What rows are played on; a thing is started when a row first asks for it, and ends with the stage. */
export interface Stage {
  /** A Farebox with an empty ledger that sells `SLUG`, behind it the small upstream. */
  house(): Promise<House>;
  /** Two Fareboxes with a dashboard: one with few endpoints and payments, one with many. */
  library(): Promise<Library>;
  /** The merchant's server. */
  upstream(): Promise<Server>;
  /** A peer that sells the same for the same on the house's chain, its facilitator in its own process. */
  seller(name: "hono" | "express"): Promise<Server>;
  /** Starts a server of bench/peers that ends with the stage. */
  peer(name: string, config: unknown): Promise<Server>;
  /** Has a server end with the stage. */
  server<Started extends { stop(): Promise<void> }>(start: () => Promise<Started>): Promise<Started>;
  close(): Promise<void>;
}

/** The endpoint that rows call. */
export const SLUG = "bench";

/** Opens an empty stage; `step` hears what is being set up. */
export function openStage(size: "full" | "quick", step: Step): Stage {
  const closers: (() => Promise<unknown>)[] = [];
  const once = <Thing>(make: () => Promise<Thing>) => {
    let made: Promise<Thing> | null = null;
    return () => {
      made ??= make();
      return made;
    };
  };
  const server = async <Started extends { stop(): Promise<void> }>(start: () => Promise<Started>) => {
    const started = await start();
    closers.push(started.stop);
    return started;
  };
  const peer = (name: string, config: unknown) =>
    server(() => startServer(`bench/peers/${name}.mjs`, config));
  const upstream = once(() => peer("upstream", {}));
  const house = once(async () => {
    const opened = await server(() => openHouse("gateway,worker"));
    await opened.sell([SLUG], `http://127.0.0.1:${(await upstream()).port}`);
    return opened;
  });
  const sellers = new Map<string, Promise<Server>>();
  const openSeller = async (name: string) => {
    const { rpcUrl } = await house();
    const relayerKey = generatePrivateKey();
    await new Outside(rpcUrl).giveGas(privateKeyToAccount(relayerKey).address);
    // Not the house's: its sweep would look for each of these payments, and report it as one that it does not know.
    const payTo = privateKeyToAccount(generatePrivateKey()).address;
    return peer(name, { rpcUrl, relayerKey, payTo, price: `$${PRICE}` });
  };
  const library = once(async () => openLibrary(size, (await upstream()).port, server, step));
  return {
    house,
    library,
    upstream,
    seller(name) {
      const seller = sellers.get(name) ?? openSeller(name);
      sellers.set(name, seller);
      return seller;
    },
    peer,
    server,
    async close() {
      for (let close = closers.pop(); close; close = closers.pop()) await close();
    },
  };
}
