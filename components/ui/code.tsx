import { cx } from "./cx";

/** Text as it is, to read, scroll and copy: a read-only field, so that the keyboard reaches what does not fit. */
export function Code({
  text,
  label,
  wrap = false,
  className,
}: {
  text: string;
  /** What it is, for screen readers. */
  label: string;
  /** Breaks long lines instead of scrolling. */
  wrap?: boolean;
  className?: string;
}) {
  return (
    <textarea
      readOnly
      aria-label={label}
      value={text}
      rows={text.split("\n").length}
      wrap={wrap ? "soft" : "off"}
      spellCheck={false}
      className={cx(
        "block field-sizing-content w-full resize-none overflow-auto font-mono text-small -outline-offset-2",
        className,
      )}
    />
  );
}
