import { Copy } from "@/components/ui/copy";
import { Tabs } from "@/components/ui/tabs";
import type { Snippet } from "./snippets";

function Code({ text, label }: { text: string; label: string }) {
  return (
    <div className="relative">
      <pre className="max-h-112 overflow-auto py-3 pr-24 pl-4 font-mono text-small whitespace-pre">
        {text}
      </pre>
      <div className="absolute top-2 right-2">
        <Copy text={text} label={label} words="Copy" />
      </div>
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
      <p className="px-4 pt-3 text-pretty text-muted">{current.sentence}</p>
      {current.install && <Code text={current.install} label="install command" />}
      <div className={current.install ? "border-t border-line" : undefined}>
        <Code text={current.code} label={`${current.label} snippet`} />
      </div>
    </div>
  );
}
