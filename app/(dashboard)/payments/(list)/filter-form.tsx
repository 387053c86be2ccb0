"use client";

import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useEffect, useRef, useTransition } from "react";
import { Button, ButtonLink } from "@/components/ui/button";
import { cx } from "@/components/ui/cx";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Kbd } from "@/components/ui/kbd";

type Choice = { value: string; label: string };

/** What the fields stand at, and what each can be set to. */
export interface FilterFields {
  search: string;
  min: string;
  max: string;
  selects: readonly { name: string; label: string; any: string; value: string; choices: readonly Choice[] }[];
  /** Fields the form keeps as they are: the range, the token. */
  kept: readonly (readonly [name: string, value: string])[];
  problems: { search?: string; min?: string; max?: string };
  /** Where "Clear" leads, or null when no field is set. */
  clear: string | null;
}

/** Narrows the payments; writes the URL, so that a filter can be kept and shared. Works without JavaScript too. */
export function FilterForm({ fields }: { fields: FilterFields }) {
  const router = useRouter();
  const [pending, startTransition] = useTransition();
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focusSearch = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest("input, select, textarea");
      if (event.key !== "/" || typing) return;
      event.preventDefault();
      search.current?.focus();
    };
    document.addEventListener("keydown", focusSearch);
    return () => document.removeEventListener("keydown", focusSearch);
  }, []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = [...new FormData(event.currentTarget)].flatMap(([name, value]) =>
      typeof value === "string" && value.trim() !== "" ? [[name, value.trim()]] : [],
    );
    startTransition(() => router.push(`/payments?${new URLSearchParams(given)}`, { scroll: false }));
  };
  return (
    <form
      action="/payments"
      onSubmit={submit}
      className="grid grid-cols-2 items-start gap-2 lg:flex lg:flex-wrap"
    >
      {fields.kept.map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Field
        label="Search"
        hideLabel
        error={fields.problems.search}
        className="col-span-2 lg:w-72 lg:flex-auto"
      >
        <Input
          ref={search}
          type="search"
          name="q"
          defaultValue={fields.search}
          before={<Search aria-hidden />}
          after={<Kbd>/</Kbd>}
          placeholder="Transaction hash, payer or payment id"
          autoComplete="off"
          spellCheck={false}
        />
      </Field>
      {fields.selects.map(({ name, label, any, value, choices }) => (
        <Field
          key={name}
          label={label}
          hideLabel
          className={cx(
            "lg:w-40",
            name === "endpoint" && fields.selects.length % 2 === 1 && "max-lg:col-span-2",
          )}
        >
          <Select name={name} defaultValue={value}>
            <option value="">{any}</option>
            {choices.map((choice) => (
              <option key={choice.value} value={choice.value}>
                {choice.label}
              </option>
            ))}
          </Select>
        </Field>
      ))}
      <Field label="Smallest amount" hideLabel error={fields.problems.min} className="lg:w-28">
        <Input name="min" inputMode="decimal" before="$" placeholder="from" defaultValue={fields.min} />
      </Field>
      <Field label="Largest amount" hideLabel error={fields.problems.max} className="lg:w-28">
        <Input name="max" inputMode="decimal" before="$" placeholder="to" defaultValue={fields.max} />
      </Field>
      <div className="col-span-2 flex gap-2">
        <Button type="submit" pending={pending}>
          Filter
        </Button>
        {fields.clear !== null && (
          <ButtonLink variant="ghost" href={fields.clear} scroll={false}>
            Clear
          </ButtonLink>
        )}
      </div>
    </form>
  );
}
