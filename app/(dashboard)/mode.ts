import { cookies } from "next/headers";
import { cache } from "react";
import type { Network } from "@/lib/chain/chain";
import { NETWORKS } from "@/lib/chain/networks";
import { parts } from "@/lib/server/parts";

/** The cookie that remembers which money a person looks at; written by the switch in the rail. */
export const MODE_COOKIE = "farebox_mode";

/** Live money or test money: every page shows one of them, never both. */
export type Mode = "live" | "test";

/** The mode of this request and the networks it means. */
export interface ModeInUse {
  mode: Mode;
  /** Every network of the mode, the configured ones first: what was once paid is shown even when its network was switched off. */
  networks: readonly Network[];
  /** The networks of the mode payments are taken on now. */
  configured: readonly Network[];
}

/**
 * Reads the mode, which a program names in its query; a person who never chose sees live money, or test money where
 * nothing else is configured.
 */
export const currentMode = cache(async (asked?: string): Promise<ModeInUse> => {
  const all = parts().networks;
  const chosen = asked ?? (await cookies()).get(MODE_COOKIE)?.value;
  const usual = all.some((network) => !network.test) ? "live" : "test";
  const mode: Mode = chosen === "live" || chosen === "test" ? chosen : usual;
  const configured = all.filter((network) => network.test === (mode === "test"));
  const others = NETWORKS.filter(
    ({ id, test }) => test === (mode === "test") && !configured.some((network) => network.id === id),
  );
  return { mode, networks: [...configured, ...others], configured };
});
