"use client";

import { type ReactNode, useRef, useState } from "react";
import type { Proof } from "@/lib/auth/step-up";
import type { WaysToConfirm } from "@/lib/auth/ways-to-confirm";
import { type ConfirmAnswer, ConfirmDialog } from "./confirm-dialog";

/** What an action answers that moves money or secrets: ask who it is and send it again. `reason` after a wrong proof. */
export interface Unconfirmed {
  kind: "unconfirmed";
  reason: string | null;
}

const NOT_ELSEWHERE = "You have not confirmed it yet, or more than five minutes ago.";

function isUnconfirmed(outcome: unknown): outcome is Unconfirmed {
  return (
    typeof outcome === "object" && outcome !== null && "kind" in outcome && outcome.kind === "unconfirmed"
  );
}

/**
 * Runs an action that may have to be confirmed: while it is not, the dialog asks and the action is sent again with the
 * proof. `run` gives what came of it, or null when the person closed the question.
 */
export function useConfirm(
  ways: WaysToConfirm,
  why: string,
): {
  dialog: ReactNode;
  run<Outcome>(act: (proof: Proof | null) => Promise<Outcome | Unconfirmed>): Promise<Outcome | null>;
} {
  const answer = useRef<(answer: ConfirmAnswer) => void>(() => {});
  const [question, setQuestion] = useState<{ problem: string | null; pending: boolean } | null>(null);

  const ask = (problem: string | null) => {
    setQuestion({ problem, pending: false });
    return new Promise<ConfirmAnswer>((resolve) => {
      answer.current = resolve;
    });
  };

  async function run<Outcome>(act: (proof: Proof | null) => Promise<Outcome | Unconfirmed>) {
    let answered: ConfirmAnswer = null;
    for (;;) {
      const outcome = await act(answered === "elsewhere" ? null : answered);
      if (!isUnconfirmed(outcome)) {
        setQuestion(null);
        return outcome;
      }
      answered = await ask(outcome.reason ?? (answered === "elsewhere" ? NOT_ELSEWHERE : null));
      if (answered === null) {
        setQuestion(null);
        return null;
      }
      setQuestion({ problem: null, pending: true });
    }
  }

  const dialog = (
    <ConfirmDialog
      key={question?.problem}
      open={question !== null}
      ways={ways}
      why={why}
      problem={question?.problem ?? null}
      pending={question?.pending === true}
      answer={(given) => answer.current(given)}
    />
  );
  return { dialog, run };
}
