"use client";

import { Check, Copy as CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "./button";
import { toast } from "./toast";

/** Copies `text`; `label` names what is copied ("gateway URL"). With `words` the button shows them beside the icon. */
export function Copy({ text, label, words }: { text: string; label: string; words?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      toast({ tone: "danger", title: "The browser did not allow copying", description: text });
    }
  };
  const Icon = copied ? Check : CopyIcon;
  return (
    <Button
      variant={words ? "secondary" : "ghost"}
      size={words ? "small" : "icon"}
      onClick={copy}
      aria-label={words ? undefined : copied ? `Copied ${label}` : `Copy ${label}`}
    >
      <Icon aria-hidden className={copied ? "text-positive" : undefined} />
      {words && (copied ? "Copied" : words)}
    </Button>
  );
}
