import type { ReactNode } from "react";
import { Code } from "@/components/ui/code";
import { Copy } from "@/components/ui/copy";
import { Tabs } from "@/components/ui/tabs";
import type { Snippet } from "./snippets";

function Sample({ text, label, children }: { text: string; label: string; children: ReactNode }) {
  return (
    <div>
      <div className="flex items-start justify-between gap-4 pt-3 pr-3 pl-4">
        <p className="text-pretty text-muted">{children}</p>
        <Copy text={text} label={label} words="Copy" />
      </div>
      <Code text={text} label={label} className="max-h-112 px-4 pt-2 pb-4" />
    </div>
  );
}

/** Ways to call the endpoint from code; the chosen one stands in the URL. */
export function SnippetTabs({
  snippets,
  chosen,
}: {
  snippets: readonly Snippet[];
  chosen: string | undefined;
}) {
  const current = snippets.find(({ id }) => id === chosen) ?? snippets[0];
  if (!current) throw new Error("There are no snippets");
  return (
    <div className="overflow-hidden rounded-card border border-line bg-surface">
      <div className="border-b border-line px-2 pt-1">
        <Tabs
          label="Language"
          tabs={snippets.map(({ id, label }) => ({
            label,
            href: `?snippet=${id}`,
            current: id === current.id,
          }))}
        />
      </div>
      {current.install && (
        <Sample text={current.install} label="install command">
          Install what it needs.
        </Sample>
      )}
      <Sample text={current.code} label={`${current.label} snippet`}>
        {current.sentence}
      </Sample>
    </div>
  );
}
