"use client";

import type { ReactNode } from "react";
import { EndpointForm } from "@/app/(dashboard)/endpoints/form/endpoint-form";
import type { PreviewContext } from "@/app/(dashboard)/endpoints/form/preview";
import { type FormValues, toInput } from "@/app/(dashboard)/endpoints/form/values";
import { WalletProvider } from "@/components/wallet";
import { create } from "./create";

/** The form of a new endpoint. */
export function NewEndpoint(props: {
  initial: FormValues;
  context: PreviewContext;
  payoutHint?: string;
  slugTail: string;
  notice?: ReactNode;
}) {
  return (
    <WalletProvider>
      <EndpointForm
        {...props}
        submitLabel="Create endpoint"
        cancelHref="/endpoints"
        save={(values) => create(toInput(values))}
      />
    </WalletProvider>
  );
}
