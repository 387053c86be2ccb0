import { proposeSlug } from "@/app/(dashboard)/endpoints/form/split-url";
import { EVERY_PATH, type FormValues } from "@/app/(dashboard)/endpoints/form/values";
import { currentMode } from "@/app/(dashboard)/mode";
import { listWallets } from "@/lib/auth/identities";
import type { Session } from "@/lib/auth/sessions";
import { slugFrom } from "@/lib/endpoints/slug";
import { parts } from "@/lib/server/parts";

/** An account whose key everybody knows (the second of every development chain), to receive stand-in money. */
const LOCAL_ACCOUNT = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/** What the form of a new endpoint begins with. */
export interface Initial {
  empty: FormValues;
  /** Filled in with the demo upstream; null where there is none. */
  demo: FormValues | null;
  /** Random characters that make proposed slugs free. */
  slugTail: string;
  /** Where the payout address that is filled in comes from. */
  payoutHint: string | undefined;
}

/** Fills the form as far as we know: the person's wallet, the network of the mode, the demo upstream. */
export async function initialValues(session: Session): Promise<Initial> {
  const { env, database, networks } = parts();
  const { configured } = await currentMode();
  const wallets = await listWallets(database.db, session.userId);
  const demoUpstream = env.FAREBOX_DEMO_UPSTREAM;
  const own = wallets[0]?.address;
  const payTo = own ?? (demoUpstream === undefined ? "" : LOCAL_ACCOUNT);
  const network = configured[0] ?? networks[0];
  const slugTail = slugFrom("");
  const empty: FormValues = {
    name: "",
    slug: "",
    description: "",
    upstream: "",
    charge: "after",
    upstreamTimeout: "30",
    rules: [{ key: "first", method: "*", path: EVERY_PATH, price: "0.01", free: false }],
    payouts: network ? [{ key: "first", network: network.id, payTo }] : [],
    headers: [],
  };
  const demo = demoUpstream === undefined ? null : { ...empty, ...sellingTheClock(demoUpstream, slugTail) };
  const local = "An account of the local test network. Put your own address here before you take real money.";
  const payoutHint = own ? "The wallet you signed in with." : payTo === "" ? undefined : local;
  return { empty, demo, slugTail, payoutHint };
}

function sellingTheClock(upstream: string, slugTail: string): Partial<FormValues> {
  return {
    name: "Demo clock",
    slug: proposeSlug("Demo clock", slugTail),
    description: "The time of the demo server, for one cent a call.",
    upstream,
    rules: [{ key: "first", method: "GET", path: "/now", price: "0.01", free: false }],
  };
}
