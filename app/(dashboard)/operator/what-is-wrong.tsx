"use client";

import { useEffect, useState } from "react";

const EVERY_MS = 5_000;

/** Tells whoever runs Farebox what this process lacks, while their page cannot be read; and when it lacks nothing any more. */
export function WhatIsWrong({ onReady }: { onReady: () => void }) {
  const [faults, setFaults] = useState<readonly string[] | null>(null);
  const lacks = faults !== null && faults.length > 0;
  useEffect(() => {
    const ask = async () => {
      const answer = await fetch("/readyz").catch(() => null);
      // Only when something changed: a page that fails although all is there would be read again without end.
      if (answer?.ok && lacks) return onReady();
      if (answer === null) setFaults(["This process does not answer any more."]);
      else setFaults(answer.ok ? [] : (await answer.text()).trim().split("\n"));
    };
    void ask();
    const timer = setInterval(ask, EVERY_MS);
    return () => clearInterval(timer);
  }, [lacks, onReady]);
  return (
    <section
      aria-live="polite"
      className="w-full max-w-md rounded-card border border-line bg-surface p-4 text-left"
    >
      {faults === null && <p className="text-muted">Asking this process what it lacks.</p>}
      {lacks && (
        <>
          <h2 className="font-medium">What this process lacks</h2>
          <ul className="mt-1 text-danger">
            {faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
          <p className="mt-1 text-pretty text-muted">
            Bring it back. Until then calls are refused with 503 and nothing more is sent; what was sent
            before is booked when it is back, and this page returns by itself.
          </p>
        </>
      )}
      {faults?.length === 0 && (
        <p className="text-pretty text-muted">
          This process lacks nothing; why the page failed is in its log, as an error of this minute.
        </p>
      )}
    </section>
  );
}
