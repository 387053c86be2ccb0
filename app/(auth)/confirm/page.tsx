import { CircleCheck } from "lucide-react";
import type { Metadata } from "next";
import { requireSession } from "@/lib/auth/session";
import { ContinueWithGithub } from "./continue-with-github";

/** The title of the page. */
export const metadata: Metadata = { title: "Confirm that it is you" };

/** Where somebody who has neither password nor wallet proves again who they are, in a tab beside the one they work in. */
export default async function Confirm() {
  const { confirmed } = await requireSession();
  return (
    <div className="flex flex-col gap-5">
      <h1 className="text-title">Confirm that it is you</h1>
      {confirmed ? (
        <p className="flex gap-2">
          <CircleCheck aria-hidden className="mt-0.75 size-4 shrink-0 text-positive" />
          Confirmed for five minutes. Close this tab and save in the other one.
        </p>
      ) : (
        <>
          <p className="text-muted">Sign in through GitHub once more, with the account you use here.</p>
          <ContinueWithGithub />
        </>
      )}
    </div>
  );
}
