"use client";

import { type ReactNode, useDeferredValue, useEffect, useRef, useState } from "react";
import { useFormStatus } from "react-dom";
import { Button, ButtonLink } from "@/components/ui/button";
import { cx } from "@/components/ui/cx";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { Section } from "@/components/ui/section";
import { examplePath } from "@/lib/endpoints/call-path";
import type { FieldErrors } from "@/lib/endpoints/checked";
import { AdvancedFields } from "./advanced-fields";
import { HostProofPanel } from "./host-proof-panel";
import { PayoutFields } from "./payout-fields";
import { Preview, type PreviewContext } from "./preview";
import { RuleFields } from "./rule-fields";
import { proposeName, proposeSlug, splitUrl } from "./split-url";
import { EVERY_PATH, type FormValues } from "./values";

function Submit({ label }: { label: string }) {
  const { pending } = useFormStatus();
  return (
    <Button type="submit" variant="primary" pending={pending}>
      {label}
    </Button>
  );
}

/**
 * The form of an endpoint, new or edited. What is typed stays, whatever comes of saving it: `save` returns what is
 * wrong by field, and leads away by itself when all is well.
 */
export function EndpointForm({
  initial,
  context,
  payoutHint,
  slugTail,
  submitLabel,
  cancelHref,
  notice,
  save,
}: {
  initial: FormValues;
  context: PreviewContext;
  payoutHint?: string;
  /** Makes proposed slugs free; null when the slug can no longer change. */
  slugTail: string | null;
  submitLabel: string;
  cancelHref: string;
  notice?: ReactNode;
  save(values: FormValues): Promise<FieldErrors>;
}) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<FieldErrors>({});
  /** What the form proposed; a field that still says so follows the next proposal. */
  const proposed = useRef({ name: initial.name, slug: initial.slug, path: initial.rules[0]?.path ?? "" });
  const form = useRef<HTMLFormElement>(null);
  const change = (changes: Partial<FormValues>) => setValues((before) => ({ ...before, ...changes }));

  const proposeFor = (name: string): { name: string; slug?: string } => {
    if (slugTail === null || values.slug !== proposed.current.slug) return { name };
    const slug = proposeSlug(name, slugTail);
    proposed.current.slug = slug;
    return { name, slug };
  };

  /** Takes a whole URL apart once it is typed or pasted; what a person typed elsewhere stays as it is. */
  const split = (text: string) => {
    const parts = splitUrl(text);
    if (!parts || slugTail === null) return;
    const [first, ...others] = values.rules;
    const follows = first && others.length === 0 && first.path === proposed.current.path;
    if (!follows && parts.path !== "/") return change({ upstream: text.trim() });
    const named = values.name === proposed.current.name ? proposeFor(proposeName(parts)) : null;
    if (named) proposed.current.name = named.name;
    const path = parts.path === "/" ? EVERY_PATH : parts.path;
    if (follows) proposed.current.path = path;
    change({
      upstream: parts.upstream,
      ...named,
      ...(follows ? { rules: [{ ...first, path }] } : {}),
    });
  };

  // While a URL is being typed its path still stands in the field; the preview of the gateway URL already shows it.
  const typed = splitUrl(values.upstream);
  const callPath = typed && typed.path !== "/" ? typed.path : examplePath(values.rules[0]?.path ?? "/");

  const takesLive = values.payouts.some(({ network }) =>
    context.networks.some(({ id, test }) => id === network && !test),
  );
  const server = useDeferredValue(typed?.upstream ?? "");

  const submit = async () => {
    setErrors(await save(values));
  };

  useEffect(() => {
    // Once they are drawn: the first field that is wrong.
    if (Object.keys(errors).length > 0)
      form.current?.querySelector<HTMLElement>("[aria-invalid], [data-wrong]")?.focus();
  }, [errors]);

  return (
    <form
      ref={form}
      action={submit}
      noValidate
      className="grid items-start gap-8 lg:grid-cols-[minmax(0,1fr)_380px]"
    >
      <div className="flex min-w-0 flex-col gap-8">
        {notice}
        <Section title="Your server">
          <div className="flex flex-col gap-4">
            <Field
              label={slugTail === null ? "URL of your server" : "URL to sell"}
              error={errors.upstream}
              hint={
                slugTail === null
                  ? "The path of a call is appended to it."
                  : "Paste the whole URL of one call: it is split into the server and the path to sell."
              }
            >
              <Input
                mono
                type="url"
                autoComplete="off"
                spellCheck={false}
                placeholder="https://api.example.com/weather"
                value={values.upstream}
                onChange={(event) => change({ upstream: event.target.value })}
                onPaste={(event) => {
                  const whole = event.currentTarget.selectionEnd === event.currentTarget.value.length;
                  const pasted = event.clipboardData.getData("text");
                  if (!whole || event.currentTarget.selectionStart !== 0 || !splitUrl(pasted)) return;
                  event.preventDefault();
                  split(pasted);
                }}
                onBlur={(event) => split(event.target.value)}
              />
            </Field>
            <div className={cx("grid items-start gap-4", slugTail !== null && "sm:grid-cols-2")}>
              <Field label="Name" error={errors.name} hint="Payers see it.">
                <Input
                  autoComplete="off"
                  maxLength={60}
                  value={values.name}
                  onChange={(event) => change(proposeFor(event.target.value))}
                />
              </Field>
              {slugTail !== null && (
                <Field label="Slug" error={errors.slug} hint="Part of the gateway URL; it never changes.">
                  <Input
                    mono
                    autoComplete="off"
                    spellCheck={false}
                    maxLength={40}
                    value={values.slug}
                    onChange={(event) => change({ slug: event.target.value })}
                  />
                </Field>
              )}
            </div>
            {slugTail !== null && (
              <p className="rounded-control border border-line bg-sunken px-3 py-2 text-small">
                <span className="text-muted">Callers will use </span>
                <span className="font-mono wrap-anywhere">
                  {context.gatewayOrigin}/g/{values.slug || "…"}
                  {callPath}
                </span>
              </p>
            )}
            <Field
              label="Description"
              error={errors.description}
              hint="One or two sentences for agents and people."
            >
              <Textarea
                rows={2}
                maxLength={500}
                value={values.description}
                onChange={(event) => change({ description: event.target.value })}
              />
            </Field>
          </div>
        </Section>
        <Section title="What a call costs">
          <RuleFields rules={values.rules} errors={errors} change={(rules) => change({ rules })} />
        </Section>
        <Section
          title="Where the money goes"
          sentence="From the payer's wallet straight to yours. Farebox never holds it."
        >
          <div className="flex flex-col gap-4">
            <PayoutFields
              payouts={values.payouts}
              networks={context.networks}
              errors={errors}
              hint={values.payouts[0]?.payTo === initial.payouts[0]?.payTo ? payoutHint : undefined}
              change={(update) => setValues((before) => ({ ...before, payouts: update(before.payouts) }))}
            />
            {takesLive && <HostProofPanel upstream={server} error={errors.hostProof} />}
          </div>
        </Section>
        <AdvancedFields values={values} errors={errors} change={change} />
        <div className="flex flex-wrap items-center gap-2">
          <Submit label={submitLabel} />
          <ButtonLink href={cancelHref} variant="ghost">
            Cancel
          </ButtonLink>
          {Object.keys(errors).length > 0 && (
            <p role="alert" className="text-small text-danger">
              Nothing was saved yet: correct the fields marked above.
            </p>
          )}
        </div>
      </div>
      <aside aria-label="Preview" className="min-w-0 lg:sticky lg:top-8">
        <h2 className="mb-3 text-title">What an agent will see</h2>
        <Preview values={values} context={context} />
      </aside>
    </form>
  );
}
