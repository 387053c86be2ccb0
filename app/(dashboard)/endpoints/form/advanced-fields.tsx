import { ChevronRight, Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { FieldErrors } from "@/lib/endpoints/checked";
import { type FormValues, type HeaderValue, newKey } from "./values";

const CHARGES = [
  {
    value: "after",
    title: "After your server answered",
    text: "Nobody pays for an error: only an answer with a 2xx status is charged, before it is handed over.",
  },
  {
    value: "before",
    title: "Before your server is called",
    text: "For work that costs you even when it fails. An answer that fails after the charge can be fetched again.",
  },
] as const;

function SecretHeaders({
  headers,
  errors,
  change,
}: {
  headers: HeaderValue[];
  errors: FieldErrors;
  change(headers: HeaderValue[]): void;
}) {
  const patch = (key: string, changes: Partial<HeaderValue>) =>
    change(headers.map((header) => (header.key === key ? { ...header, ...changes } : header)));
  return (
    <fieldset className="min-w-0">
      <legend className="text-small font-medium">Secret headers</legend>
      <p className="mb-2 text-small text-muted">
        Sent to your server with every call, such as an API key. Stored encrypted and never shown again.
      </p>
      <div className="flex flex-col gap-2">
        {headers.map((header, at) => (
          <div
            key={header.key}
            className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto] items-start gap-2"
          >
            <Field label={`Name of header ${at + 1}`} hideLabel error={errors[`headers.${at}.name`]}>
              <Input
                mono
                autoComplete="off"
                spellCheck={false}
                placeholder="Authorization"
                value={header.name}
                disabled={header.stored}
                onChange={(event) => patch(header.key, { name: event.target.value })}
              />
            </Field>
            <Field label={`Value of header ${at + 1}`} hideLabel error={errors[`headers.${at}.value`]}>
              <Input
                mono
                autoComplete="off"
                spellCheck={false}
                placeholder={header.stored ? "Stored; type to replace it" : "Value"}
                value={header.value}
                onChange={(event) => patch(header.key, { value: event.target.value })}
              />
            </Field>
            <Button
              variant="ghost"
              size="icon"
              aria-label={`Remove header ${header.name || at + 1}`}
              onClick={() => change(headers.filter(({ key }) => key !== header.key))}
            >
              <X aria-hidden />
            </Button>
          </div>
        ))}
      </div>
      {errors.headers && (
        <p role="alert" className="mt-1.5 text-small text-danger">
          {errors.headers}
        </p>
      )}
      <Button
        size="small"
        className="mt-2"
        onClick={() => change([...headers, { key: newKey(), name: "", value: "", stored: false }])}
      >
        <Plus aria-hidden />
        Add a header
      </Button>
    </fieldset>
  );
}

/** What most endpoints leave as it is; opened by itself when something in it is wrong. */
export function AdvancedFields({
  values,
  errors,
  change,
}: {
  values: FormValues;
  errors: FieldErrors;
  change(changes: Partial<FormValues>): void;
}) {
  const wrong = Object.keys(errors).some((field) => /^(charge|upstreamTimeout|headers)/.test(field));
  return (
    <details open={wrong || undefined} className="group rounded-card border border-line bg-surface">
      <summary className="flex items-center gap-2 rounded-card px-5 py-3 font-medium">
        <ChevronRight aria-hidden className="size-4 text-muted transition-transform group-open:rotate-90" />
        Advanced
        <span className="font-normal text-muted max-sm:sr-only">Charge policy, timeout, secret headers</span>
      </summary>
      <div className="flex flex-col gap-5 border-t border-line p-5">
        <fieldset>
          <legend className="mb-1.5 text-small font-medium">Charge</legend>
          <div className="flex flex-col gap-2.5">
            {CHARGES.map(({ value, title, text }) => (
              <label key={value} className="flex gap-2.5">
                <input
                  type="radio"
                  name="charge"
                  value={value}
                  checked={values.charge === value}
                  onChange={() => change({ charge: value })}
                  className="mt-0.75 size-4 shrink-0 accent-accent"
                />
                <span>
                  {title}
                  <span className="block text-small text-muted">{text}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <Field
          label="Timeout of your server, in seconds"
          error={errors.upstreamTimeout}
          hint="From 1 to 120. A call that takes longer is not charged."
        >
          <span className="block w-28">
            <Input
              inputMode="numeric"
              autoComplete="off"
              value={values.upstreamTimeout}
              onChange={(event) => change({ upstreamTimeout: event.target.value })}
              className="tabular-nums"
            />
          </span>
        </Field>
        <SecretHeaders headers={values.headers} errors={errors} change={(headers) => change({ headers })} />
      </div>
    </details>
  );
}
