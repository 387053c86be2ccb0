"use client";

import { useRef, useState } from "react";
import { useConfirm } from "@/app/(dashboard)/confirm/use-confirm";
import { EndpointForm } from "@/app/(dashboard)/endpoints/form/endpoint-form";
import type { PreviewContext } from "@/app/(dashboard)/endpoints/form/preview";
import { type FormValues, toInput } from "@/app/(dashboard)/endpoints/form/values";
import { Notice } from "@/components/ui/notice";
import { WalletProvider } from "@/components/wallet";
import type { WaysToConfirm } from "@/lib/auth/ways-to-confirm";
import type { FieldErrors } from "@/lib/endpoints/checked";
import { type NewerVersion, saveEdit } from "./save";
import { StaleNotice } from "./stale-notice";

interface EditProps {
  id: string;
  /** The version the form is filled with. */
  version: number;
  initial: FormValues;
  context: PreviewContext;
  ways: WaysToConfirm;
}

/** The form of an endpoint that exists. */
export function EditEndpoint(props: EditProps) {
  return (
    <WalletProvider>
      <EditForm {...props} />
    </WalletProvider>
  );
}

function EditForm({ id, version, initial, context, ways }: EditProps) {
  const fromVersion = useRef(version);
  const [newer, setNewer] = useState<readonly NewerVersion[]>([]);
  const [gone, setGone] = useState(false);
  const confirm = useConfirm(ways, "This edit changes where money or secrets go.");

  const save = async (values: FormValues): Promise<FieldErrors> => {
    const refused = await confirm.run((proof) => saveEdit(id, fromVersion.current, toInput(values), proof));
    setNewer(refused?.kind === "stale" ? refused.newer : []);
    setGone(refused?.kind === "gone");
    return refused?.kind === "invalid" ? refused.errors : {};
  };

  return (
    <>
      <EndpointForm
        initial={initial}
        context={context}
        slugTail={null}
        submitLabel="Save changes"
        cancelHref={`/endpoints/${id}`}
        save={save}
        notice={
          <>
            {gone && (
              <Notice tone="danger" title="This endpoint was deleted meanwhile">
                Nothing was saved. What you typed is still here to copy.
              </Notice>
            )}
            {newer.length > 0 && (
              <StaleNotice
                newer={newer}
                editHref={`/endpoints/${id}/edit`}
                overwrite={(latest) => {
                  fromVersion.current = latest;
                }}
              />
            )}
          </>
        }
      />
      {confirm.dialog}
    </>
  );
}
