import type { Metadata } from "next";
import Link from "next/link";
import { EVERY_PATH, type FormValues } from "@/app/(dashboard)/endpoints/form/values";
import { currentMode } from "@/app/(dashboard)/mode";
import { Notice } from "@/components/ui/notice";
import { PageHead } from "@/components/ui/page-head";
import { listWallets } from "@/lib/auth/identities";
import { requireSession } from "@/lib/auth/session";
import { listEndpoints } from "@/lib/endpoints/read";
import { slugFrom } from "@/lib/endpoints/slug";
import { parts } from "@/lib/server/parts";
import { demoValues, LOCAL_ACCOUNT } from "./demo-values";
import { NewEndpoint } from "./new-endpoint";

export const metadata: Metadata = { title: "New endpoint" };

/** The form of a new endpoint; a merchant's first is filled in with the demo upstream, where there is one. */
export default async function NewEndpointPage({ searchParams }: PageProps<"/endpoints/new">) {
  const session = await requireSession();
  const { env, database, networks } = parts();
  const { configured } = await currentMode();
  const [wallets, endpoints] = await Promise.all([
    listWallets(database.db, session.userId),
    listEndpoints(database.db, session.merchantId),
  ]);
  const demo = env.FAREBOX_DEMO_UPSTREAM;
  const isFirst = endpoints.length === 0 && (await searchParams).empty === undefined;
  const slugTail = slugFrom("");
  const own = wallets[0]?.address;
  const payTo = own ?? (demo === undefined ? "" : LOCAL_ACCOUNT);
  const network = configured[0] ?? networks[0];
  const payouts = network ? [{ key: "first", network: network.id, payTo }] : [];
  const empty: FormValues = {
    name: "",
    slug: "",
    description: "",
    upstream: "",
    charge: "after",
    upstreamTimeout: "30",
    rules: [{ key: "first", method: "*", path: EVERY_PATH, price: "0.01", free: false }],
    payouts,
    headers: [],
  };
  const filled = isFirst && demo !== undefined;
  const hint = own
    ? "The wallet you signed in with."
    : payTo === ""
      ? undefined
      : "An account of the local test network. Put your own address here before you take real money.";
  return (
    <>
      <PageHead title="New endpoint" sentence="Put a price on a server of yours. It goes live at once." />
      <NewEndpoint
        key={filled ? "filled" : "empty"}
        initial={filled ? { ...empty, ...demoValues(demo, slugTail) } : empty}
        context={{ networks, gatewayOrigin: env.FAREBOX_GATEWAY_ORIGIN, sellerName: session.merchantName }}
        payoutHint={hint}
        slugTail={slugTail}
        notice={
          filled && (
            <Notice
              tone="info"
              title="Filled in with the demo server of this local network"
              action={
                <Link href="/endpoints/new?empty" className="font-medium underline underline-offset-3">
                  Start empty
                </Link>
              }
            >
              Create it as it is and send a test payment, or paste a URL of your own.
            </Notice>
          )
        }
      />
    </>
  );
}
