"use client";

import { CircleDashed } from "lucide-react";
import { type ReactNode, useEffect, useState, useTransition } from "react";
import { Button } from "@/components/ui/button";
import { Copy } from "@/components/ui/copy";
import { Notice } from "@/components/ui/notice";
import type { HostChallenge } from "@/lib/endpoints/host-challenge";
import type { HostFindings } from "@/lib/endpoints/look-for-proof";
import { checkHostProof, readHostProof } from "./host-proof";

function Place({
  title,
  where,
  value,
  finding,
}: {
  title: string;
  where: ReactNode;
  value: string;
  /** What was there instead, once it was looked for. */
  finding: string | null;
}) {
  return (
    <li className="flex flex-col gap-1.5 border-t border-line px-5 py-3.5">
      <p className="font-medium">{title}</p>
      <p className="text-small wrap-anywhere text-muted">{where}</p>
      <p className="flex items-center justify-between gap-2 rounded-control border border-line bg-sunken py-0.5 pr-0.5 pl-3">
        <span className="min-w-0 font-mono text-small wrap-anywhere">{value}</span>
        <Copy text={value} label={title} />
      </p>
      {finding && (
        <p className="flex gap-1.5 text-small">
          <CircleDashed aria-hidden className="mt-0.75 size-3.5 shrink-0 text-warning" />
          {finding}
        </p>
      )}
    </li>
  );
}

/** Says what to put where before live money can be taken in front of a server, and looks for it. */
export function HostProofPanel({ upstream, error }: { upstream: string; error: string | undefined }) {
  const [asked, setAsked] = useState<{ challenge: HostChallenge; proven: boolean } | null>(null);
  const [findings, setFindings] = useState<HostFindings | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [checking, start] = useTransition();

  useEffect(() => {
    let current = true;
    setFindings(null);
    setProblem(null);
    readHostProof(upstream).then((read) => current && setAsked(read));
    return () => {
      current = false;
    };
  }, [upstream]);

  const check = () =>
    start(async () => {
      const checked = await checkHostProof(upstream);
      setProblem(checked.ok ? null : checked.reason);
      if (checked.ok) setFindings(checked.findings);
    });

  if (!asked) {
    return <p className="text-small text-muted">Live money needs a server of yours: enter its URL above.</p>;
  }
  const { challenge, proven } = asked;
  if (proven || findings?.method) {
    return (
      <Notice tone="positive" title={`You control ${challenge.host}`}>
        Endpoints in front of it can take live money.
      </Notice>
    );
  }
  return (
    <section
      aria-label={`Proof that ${challenge.host} is yours`}
      className="rounded-card border border-line bg-surface"
    >
      <div className="px-5 py-3.5">
        <h3 className="font-medium wrap-anywhere">Show that {challenge.host} is yours</h3>
        <p className="text-small text-muted">
          Live money is taken only in front of servers their merchant controls. Do one of the two, then check.
        </p>
      </div>
      <ul>
        {challenge.dnsName && (
          <Place
            title="TXT record"
            where={
              <>
                In your DNS, at <span className="font-mono text-text">{challenge.dnsName}</span>
              </>
            }
            value={challenge.value}
            finding={findings?.dns ?? null}
          />
        )}
        <Place
          title="File"
          where={
            <>
              One line, at <span className="font-mono text-text">{challenge.fileUrl}</span>
            </>
          }
          value={challenge.value}
          finding={findings?.file ?? null}
        />
      </ul>
      <div className="flex flex-wrap items-center gap-3 border-t border-line px-5 py-3.5">
        <Button onClick={check} pending={checking} data-wrong={error ? true : undefined}>
          Check
        </Button>
        <p role="status" className="text-small text-danger">
          {problem ?? error}
        </p>
      </div>
    </section>
  );
}
