import { ExternalLink } from "lucide-react";
import { Copy } from "./copy";

/** An address or a hash: cut in the middle, whole on hover and in the clipboard, linked to the explorer when there is one. */
export function Address({
  value,
  label,
  href,
  copy = true,
}: {
  value: string;
  /** What it is, for the copy button: "payer", "transaction hash". */
  label: string;
  /** Its page in the network's explorer. */
  href?: string | null;
  copy?: boolean;
}) {
  const cut = value.length > 14 ? `${value.slice(0, 6)}…${value.slice(-4)}` : value;
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      {href ? (
        <a
          href={href}
          target="_blank"
          rel="noreferrer"
          title={value}
          className="inline-flex items-center gap-1 font-mono text-small underline decoration-line-strong underline-offset-3 hover:decoration-current"
        >
          {cut}
          <ExternalLink aria-label="in the explorer" className="size-3 text-muted" />
        </a>
      ) : (
        <span title={value} className="font-mono text-small">
          {cut}
        </span>
      )}
      {copy && <Copy text={value} label={label} />}
    </span>
  );
}
