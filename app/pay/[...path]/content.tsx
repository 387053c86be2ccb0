"use client";

import { Download } from "lucide-react";
import Image from "next/image";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Code } from "@/components/ui/code";
import type { Delivered } from "./gateway-call";

const MAX_SHOWN = 200_000;

type Shown =
  | { kind: "text"; text: string }
  | { kind: "page"; html: string }
  | { kind: "image"; url: string }
  | null;

/** How the content can be shown here, or null when it can only be saved. */
async function show({ content, contentType }: Delivered, url: string): Promise<Shown> {
  if (contentType.startsWith("image/")) return { kind: "image", url };
  if (content.size > MAX_SHOWN || !/^text\/|json|xml|^$/.test(contentType)) return null;
  const text = await content.text();
  if (contentType.startsWith("text/html")) return { kind: "page", html: text };
  if (!contentType.includes("json")) return { kind: "text", text };
  try {
    return { kind: "text", text: JSON.stringify(JSON.parse(text), null, 2) };
  } catch {
    return { kind: "text", text };
  }
}

/** What was paid for: text and images as they are, a page in a sandbox without scripts, anything as a file. */
export function Content({ delivered }: { delivered: Delivered }) {
  const [shown, setShown] = useState<Shown>(null);
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    const made = URL.createObjectURL(delivered.content);
    setUrl(made);
    show(delivered, made).then(setShown);
    return () => URL.revokeObjectURL(made);
  }, [delivered]);

  const save = () => {
    if (url === null) return;
    const link = document.createElement("a");
    link.href = url;
    link.download = delivered.fileName;
    link.click();
  };
  return (
    <div className="flex flex-col gap-3">
      {shown?.kind === "text" && (
        <Code
          wrap
          text={shown.text || "The answer is empty."}
          label="What you paid for"
          className="max-h-[60dvh] rounded-control border border-line bg-sunken px-3 py-2"
        />
      )}
      {shown?.kind === "page" && (
        <iframe
          title="What you paid for"
          // An empty sandbox: the seller's page runs no script and reaches nothing of this site.
          sandbox=""
          srcDoc={shown.html}
          className="h-[60dvh] w-full rounded-control border border-line bg-surface"
        />
      )}
      {shown?.kind === "image" && (
        <span className="relative block h-[60dvh]">
          <Image src={shown.url} alt="What you paid for" fill unoptimized className="object-contain" />
        </span>
      )}
      {shown === null && (
        <p className="text-muted">
          {delivered.content.size.toLocaleString("en")} bytes
          {delivered.contentType && ` of ${delivered.contentType.split(";")[0]}`}, ready to save.
        </p>
      )}
      <Button onClick={save} disabled={url === null}>
        <Download aria-hidden />
        Save {delivered.fileName}
      </Button>
    </div>
  );
}
