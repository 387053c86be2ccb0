import { FlaskConical } from "lucide-react";
import { cx } from "@/components/ui/cx";
import { chooseMode } from "./actions";
import type { Mode } from "./mode";

const MODES = [
  { mode: "live", word: "Live" },
  { mode: "test", word: "Test" },
] as const;

/** Chooses between live and test money for every page; side by side, or one above the other in the narrow rail. */
export function ModeSwitch({ mode }: { mode: Mode }) {
  return (
    <form action={chooseMode} className="w-full">
      <fieldset className="flex gap-0.5 rounded-control border border-line bg-sunken p-0.5 sm:max-lg:flex-col">
        <legend className="sr-only">Money shown</legend>
        {MODES.map((each) => (
          <button
            key={each.mode}
            type="submit"
            name="mode"
            value={each.mode}
            aria-pressed={each.mode === mode}
            className={cx(
              "h-8 flex-1 rounded-[4px] text-small font-medium transition-colors duration-100 sm:max-lg:flex-none pointer-coarse:h-10",
              each.mode !== mode && "text-muted hover:text-text",
              each.mode === mode && mode === "live" && "bg-surface shadow-[0_0_0_1px_var(--line)]",
              each.mode === mode &&
                mode === "test" &&
                "bg-test-soft text-test shadow-[0_0_0_1px_var(--test-line)]",
            )}
          >
            {each.word}
          </button>
        ))}
      </fieldset>
      {mode === "test" && (
        <p className="mt-2 flex items-center gap-1.5 text-small font-medium text-test sm:max-lg:justify-center">
          <FlaskConical aria-hidden className="size-3.5 shrink-0" />
          <span className="sm:max-lg:sr-only">Test network</span>
        </p>
      )}
    </form>
  );
}
