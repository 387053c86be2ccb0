import Link from "next/link";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import type { Network } from "@/lib/chain/chain";
import type { Endpoint } from "@/lib/endpoints/read";
import { type PricedRule, TestPayment } from "./panel";

/** Why no test payment can be made, or null when one can. */
function obstacle(endpoint: Endpoint, hasPrice: boolean, networks: readonly Network[], hasWallet: boolean) {
  const onTest = endpoint.payouts.some(({ network }) =>
    networks.some(({ id, test }) => test && id === network),
  );
  if (!hasPrice) return ["Every call is free", "Give a rule a price to try a payment."] as const;
  if (!onTest) {
    return [
      "This endpoint takes no test money",
      "Add a payout address on a test network, or make the first payment with a wallet of your own.",
    ] as const;
  }
  if (!hasWallet) {
    return [
      "This Farebox has no test wallet",
      "Whoever runs it can set FAREBOX_TEST_PAYER_KEY to the key of a wallet that holds test money.",
    ] as const;
  }
  if (endpoint.state === "paused") {
    return [
      "This endpoint is paused",
      "Resume it to send a payment: paused endpoints refuse every call.",
    ] as const;
  }
  return null;
}

/** A payment the merchant can make with one press, or why that is not possible here. */
export function TestPaymentSection({
  endpoint,
  gatewayUrl,
  priced,
  networks,
  hasWallet,
}: {
  endpoint: Endpoint;
  gatewayUrl: string;
  priced: readonly PricedRule[];
  /** Those payments are taken on now. */
  networks: readonly Network[];
  hasWallet: boolean;
}) {
  const [first, ...others] = priced;
  const why = obstacle(endpoint, first !== undefined, networks, hasWallet);
  return (
    <Section title="Test payment">
      {why || !first ? (
        <Notice
          tone="info"
          title={why?.[0]}
          action={
            <Link
              href={`/endpoints/${endpoint.id}/edit`}
              className="font-medium underline underline-offset-3"
            >
              Edit the endpoint
            </Link>
          }
        >
          {why?.[1]}
        </Notice>
      ) : (
        <TestPayment
          key={endpoint.version}
          endpointId={endpoint.id}
          gatewayUrl={gatewayUrl}
          charge={endpoint.charge}
          rules={[first, ...others]}
        />
      )}
    </Section>
  );
}
