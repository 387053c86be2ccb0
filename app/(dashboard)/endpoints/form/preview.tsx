"use client";

import type { PaymentRequired } from "@x402/core/types";
import { useDeferredValue } from "react";
import { isAddress } from "viem";
import { OfferCard } from "@/components/offer-card";
import { examplePath } from "@/lib/endpoints/call-path";
import { parsePrice } from "@/lib/money";
import { exactOffer } from "@/lib/x402/exact-offer";
import { toRequirementsV2 } from "@/lib/x402/offer";
import type { FormNetwork, FormValues } from "./values";

/** What the preview needs besides what is typed. */
export interface PreviewContext {
  networks: readonly FormNetwork[];
  gatewayOrigin: string;
  sellerName: string;
}

function challengeOf(values: FormValues, { networks, gatewayOrigin, sellerName }: PreviewContext) {
  const rule = values.rules.find(({ free }) => !free);
  const price = rule ? parsePrice(rule.price) : null;
  const seconds = /^\d{1,3}$/.test(values.upstreamTimeout) ? Number(values.upstreamTimeout) : 0;
  const accepts = values.payouts.flatMap(({ network: id, payTo }) => {
    const network = networks.find((candidate) => candidate.id === id);
    if (!network || !price?.ok || !isAddress(payTo.trim(), { strict: false })) return [];
    const terms = {
      payTo: payTo.trim() as `0x${string}`,
      priceMicroUsd: price.microUsd,
      charge: values.charge,
      upstreamTimeoutMs: seconds * 1_000,
    };
    return [toRequirementsV2(exactOffer(network, terms))];
  });
  const path = rule ? examplePath(rule.path) : "/";
  const required: PaymentRequired = {
    x402Version: 2,
    error: "payment_required",
    resource: {
      url: `${gatewayOrigin}/g/${values.slug || "…"}${path}`,
      description: values.description.trim() || values.name.trim(),
      ...(/^[\x20-\x7e]{1,32}$/.test(sellerName) && { serviceName: sellerName }),
    },
    accepts,
  };
  return required;
}

/** The 402 an agent will get, drawn from what is typed. */
export function Preview({ values, context }: { values: FormValues; context: PreviewContext }) {
  const settled = useDeferredValue(values);
  return (
    <OfferCard required={challengeOf(settled, context)} networks={context.networks}>
      <span className="text-small text-muted">Preview</span>
    </OfferCard>
  );
}
