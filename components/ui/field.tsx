"use client";

import { CircleAlert } from "lucide-react";
import { createContext, type ReactNode, useContext, useId } from "react";
import { cx } from "./cx";

type ControlProps = { id?: string; "aria-describedby"?: string; "aria-invalid"?: true };

const Control = createContext<ControlProps>({});

/** The id and aria attributes that tie a control to the label, hint and error of the field around it. */
export function useControl(): ControlProps {
  return useContext(Control);
}

/** A label, a control, a hint and an error sentence; any Input, Textarea or Select inside is tied to them. */
export function Field({
  label,
  hint,
  error,
  hideLabel = false,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null;
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const control: ControlProps = {
    id,
    "aria-describedby": described === "" ? undefined : described,
    "aria-invalid": error ? true : undefined,
  };
  return (
    <div className={cx("flex min-w-0 flex-col", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "mb-1.5 text-small font-medium"}>
        {label}
      </label>
      <Control value={control}>{children}</Control>
      <div aria-live="polite">
        {error && (
          <p id={`${id}-error`} className="mt-1.5 flex gap-1.5 text-small text-danger">
            <CircleAlert aria-hidden className="mt-0.75 size-3.5 shrink-0" />
            {error}
          </p>
        )}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-small text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
