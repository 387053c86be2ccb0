import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import type { NewerVersion } from "./save";

/** Tells the second of two people who edit at once what the first one did, and lets them decide; nothing typed is lost. */
export function StaleNotice({
  newer,
  editHref,
  overwrite,
}: {
  newer: readonly NewerVersion[];
  editHref: string;
  /** Called before the form is sent again. */
  overwrite(version: number): void;
}) {
  const [latest] = newer;
  if (!latest) return null;
  return (
    <Notice
      tone="warning"
      title={`${latest.by ?? "Somebody"} changed this endpoint while you were editing`}
      action={
        <span className="flex flex-wrap gap-2">
          <Button type="submit" size="small" onClick={() => overwrite(latest.version)}>
            Save mine as version {latest.version + 1}
          </Button>
          <a
            href={editHref}
            className="inline-flex h-8 items-center px-1 font-medium underline underline-offset-3 pointer-coarse:h-11"
          >
            Discard mine
          </a>
        </span>
      }
    >
      <p>Nothing of yours was saved, and everything you typed is still below. They changed:</p>
      <ul className="list-disc pl-5">
        {newer.map(({ version, changes }) => (
          <li key={version} className="wrap-anywhere">
            Version {version}: {changes}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
