/** The mark of the house: a box with a slot in the form of an F. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg viewBox="2 2 28 28" width={size} height={size} aria-hidden className="shrink-0">
      <rect x="2" y="2" width="28" height="28" rx="7" className="fill-accent" />
      <path d="M10 8.5h13v4h-8.5v3.5h7v4h-7V26H10z" className="fill-accent-ink" />
    </svg>
  );
}
