import type { Metadata } from "next";
import Link from "next/link";
import { Notice } from "@/components/ui/notice";
import { PageHead } from "@/components/ui/page-head";
import { requireSession } from "@/lib/auth/session";
import { listEndpoints } from "@/lib/endpoints/read";
import { parts } from "@/lib/server/parts";
import { initialValues } from "./initial";
import { NewEndpoint } from "./new-endpoint";

/** The title of the page. */
export const metadata: Metadata = { title: "New endpoint" };

/** The form of a new endpoint; a merchant's first is filled in with the demo upstream, where there is one. */
export default async function NewEndpointPage({ searchParams }: PageProps<"/endpoints/new">) {
  const session = await requireSession();
  const { env, database, networks } = parts();
  const [endpoints, { empty, demo, slugTail, payoutHint }, query] = await Promise.all([
    listEndpoints(database.db, session.merchantId),
    initialValues(session),
    searchParams,
  ]);
  const filled = endpoints.length === 0 && query.empty === undefined ? demo : null;
  return (
    <>
      <PageHead title="New endpoint" sentence="Put a price on a server of yours. It goes live at once." />
      <NewEndpoint
        key={filled ? "filled" : "empty"}
        initial={filled ?? empty}
        context={{ networks, gatewayOrigin: env.FAREBOX_GATEWAY_ORIGIN, sellerName: session.merchantName }}
        payoutHint={payoutHint}
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
