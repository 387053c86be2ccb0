"use client";

import { useRef, useState } from "react";
import { EndpointForm } from "@/app/(dashboard)/endpoints/form/endpoint-form";
import type { PreviewContext } from "@/app/(dashboard)/endpoints/form/preview";
import { type FormValues, toInput } from "@/app/(dashboard)/endpoints/form/values";
import { Notice } from "@/components/ui/notice";
import { WalletProvider } from "@/components/wallet";
import type { Proof } from "@/lib/auth/step-up";
import type { FieldErrors } from "@/lib/endpoints/checked";
import { ConfirmDialog, type WaysToConfirm } from "./confirm-dialog";
import { type NewerVersion, saveEdit } from "./save";
import { StaleNotice } from "./stale-notice";

/** The form of an endpoint that exists. */
export function EditEndpoint({
  id,
  version,
  initial,
  context,
  ways,
}: {
  id: string;
  /** The version the form is filled with. */
  version: number;
  initial: FormValues;
  context: PreviewContext;
  ways: WaysToConfirm;
}) {
  const fromVersion = useRef(version);
  const answer = useRef<(proof: Proof | null) => void>(() => {});
  const [question, setQuestion] = useState<{ problem: string | null; pending: boolean } | null>(null);
  const [newer, setNewer] = useState<readonly NewerVersion[]>([]);
  const [gone, setGone] = useState(false);

  const askForProof = (problem: string | null) => {
    setQuestion({ problem, pending: false });
    return new Promise<Proof | null>((resolve) => {
      answer.current = resolve;
    });
  };

  const save = async (values: FormValues): Promise<FieldErrors> => {
    let proof: Proof | null = null;
    for (;;) {
      const refused = await saveEdit(id, fromVersion.current, toInput(values), proof);
      if (refused?.kind === "unconfirmed") {
        proof = await askForProof(refused.reason);
        if (proof !== null) setQuestion({ problem: null, pending: true });
        if (proof !== null) continue;
      }
      setQuestion(null);
      setNewer(refused?.kind === "stale" ? refused.newer : []);
      setGone(refused?.kind === "gone");
      return refused?.kind === "invalid" ? refused.errors : {};
    }
  };

  return (
    <WalletProvider>
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
      <ConfirmDialog
        key={question?.problem}
        open={question !== null}
        ways={ways}
        problem={question?.problem ?? null}
        pending={question?.pending === true}
        answer={(proof) => answer.current(proof)}
      />
    </WalletProvider>
  );
}
