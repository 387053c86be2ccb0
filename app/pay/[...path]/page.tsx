import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { Mark } from "@/components/ui/mark";
import { viemChainOf } from "@/lib/chain/networks";
import { findPublished } from "@/lib/endpoints/publish";
import { parts } from "@/lib/server/parts";
import { PayCard } from "./pay-card";

type Props = PageProps<"/pay/[...path]">;

/** What is sold at a slug, and nothing else of the endpoint: its secrets stay on the server. */
const forSale = cache(async (slug: string) => {
  const { database, sealer } = parts();
  const found = await findPublished(database.db, sealer, slug);
  if (!found) return null;
  const { name, description } = found.terms;
  return { name, description, sellerName: found.sellerName };
});

/** The page is named after what is sold, and no search engine lists it. */
export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [slug = ""] = (await params).path;
  const sold = await forSale(slug);
  return { title: sold ? `Pay for ${sold.name}` : "Nothing is sold here", robots: { index: false } };
}

/** A network's RPC for the wallet's own use: the public one, or the local chain's; never a configured one with its key. */
function walletRpc(network: Parameters<typeof viemChainOf>[0]): string {
  const [local] = parts()
    .env.FAREBOX_NETWORKS.filter(({ network: id }) => id === network.id)
    .flatMap(({ rpc }) => rpc)
    .filter((url) => ["localhost", "127.0.0.1", "[::1]"].includes(new URL(url).hostname));
  return local ?? viemChainOf(network).rpcUrls.default.http[0] ?? "";
}

/** What a person sees for a paid URL: what it is, what it costs, and how to pay for it. */
export default async function PayPage({ params }: Props) {
  const [slug = ""] = (await params).path;
  const sold = await forSale(slug);
  if (!sold) notFound();
  const { env, networks } = parts();
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center px-4 py-8">
      <article className="rounded-card border border-line bg-surface p-5 sm:p-6">
        <p className="text-small text-muted">{sold.sellerName}</p>
        <h1 className="mt-0.5 text-title text-balance wrap-anywhere">{sold.name}</h1>
        {sold.description && (
          <p className="mt-1.5 text-pretty wrap-anywhere text-muted">{sold.description}</p>
        )}
        <div className="mt-5 border-t border-line pt-5">
          <PayCard
            gatewayOrigin={env.FAREBOX_GATEWAY_ORIGIN}
            sellerName={sold.sellerName}
            networks={networks.map((network) => {
              const { id, chainId, name, test, explorerUrl, token } = network;
              const { address, symbol, decimals } = token;
              return {
                id,
                chainId,
                name,
                test,
                explorerUrl,
                rpcUrl: walletRpc(network),
                token: { address, symbol, decimals },
              };
            })}
          />
        </div>
      </article>
      <p className="mt-4 flex items-center justify-center gap-2 text-small text-muted">
        <Mark size={16} />
        Paid through Farebox, straight to the seller
      </p>
    </main>
  );
}
