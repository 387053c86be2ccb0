import { Banknote } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";

const list = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** What a merchant without live payments sees, and what is missing for the first. */
export function FirstLive({ networks }: { networks: readonly string[] }) {
  if (networks.length === 0) {
    return (
      <Empty icon={Banknote} title="No live network is switched on">
        This Farebox takes test payments only: they are under Test, at the left. Live networks are switched on
        in its configuration.
      </Empty>
    );
  }
  return (
    <Empty
      icon={Banknote}
      title="No live payments yet"
      action={
        <ButtonLink variant="primary" href="/endpoints">
          Go to your endpoints
        </ButtonLink>
      }
    >
      Give an endpoint a payout address on {list.format(networks)} and share its gateway URL. The first
      payment appears here within a second.
    </Empty>
  );
}
