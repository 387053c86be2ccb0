import { ArrowDown, ArrowUp, Plus, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import type { FieldErrors } from "@/lib/endpoints/checked";
import { parsePrice } from "@/lib/money";
import { EVERY_PATH, newKey, type RuleValue } from "./values";

const METHODS = ["*", "GET", "POST", "PUT", "PATCH", "DELETE"];
const QUICK_PRICES = ["0.001", "0.01", "0.05", "0.10", "1.00"];

const ABOVE_LIMIT = "Most x402 clients pay at most $1 a call until their owner allows more.";

function isAboveClientLimit(typed: string): boolean {
  const price = parsePrice(typed);
  return price.ok && price.microUsd > 1_000_000n;
}

interface RuleProps {
  rule: RuleValue;
  at: number;
  errors: FieldErrors;
  change(changes: Partial<RuleValue>): void;
}

function MethodSelect({ rule, change }: Pick<RuleProps, "rule" | "change">) {
  return (
    <Select value={rule.method} onChange={(event) => change({ method: event.target.value })}>
      {METHODS.map((method) => (
        <option key={method} value={method}>
          {method === "*" ? "Any" : method}
        </option>
      ))}
    </Select>
  );
}

/** The only rule of an endpoint: what is sold, and its price with amounts to pick from. */
export function SingleRule({ rule, at, errors, change }: RuleProps) {
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-[96px_minmax(0,1fr)] items-start gap-3">
        <Field label="Method" error={errors[`rules.${at}.method`]}>
          <MethodSelect rule={rule} change={change} />
        </Field>
        <Field
          label="Path"
          error={errors[`rules.${at}.path`]}
          hint={
            rule.path === EVERY_PATH
              ? "Every path of the server is sold at this price."
              : "/items/:id sells any one item, /files/*rest everything below."
          }
        >
          <Input mono value={rule.path} onChange={(event) => change({ path: event.target.value })} />
        </Field>
      </div>
      <Field
        label="Price per call, in US dollars"
        error={errors[`rules.${at}.price`]}
        hint={isAboveClientLimit(rule.price) ? ABOVE_LIMIT : undefined}
      >
        <div className="flex flex-wrap items-center gap-2">
          <div className="w-36">
            <Input
              before="$"
              inputMode="decimal"
              autoComplete="off"
              value={rule.price}
              onChange={(event) => change({ price: event.target.value, free: false })}
              className="tabular-nums"
            />
          </div>
          {QUICK_PRICES.map((price) => (
            <Button
              key={price}
              size="small"
              aria-pressed={rule.price === price}
              onClick={() => change({ price })}
            >
              ${price}
            </Button>
          ))}
        </div>
      </Field>
    </div>
  );
}

function RuleRow({
  rule,
  at,
  count,
  errors,
  change,
  move,
  remove,
}: RuleProps & { count: number; move(by: -1 | 1): void; remove(): void }) {
  const name = `rule ${at + 1}`;
  return (
    <li className="grid grid-cols-[128px_minmax(0,1fr)] items-start gap-2 rounded-card border border-line bg-surface p-3 sm:grid-cols-[88px_minmax(0,1fr)_128px_auto]">
      <Field label={`Method of ${name}`} hideLabel error={errors[`rules.${at}.method`]}>
        <MethodSelect rule={rule} change={change} />
      </Field>
      <Field label={`Path of ${name}`} hideLabel error={errors[`rules.${at}.path`]}>
        <Input mono value={rule.path} onChange={(event) => change({ path: event.target.value })} />
      </Field>
      <Field
        label={`Price of ${name}`}
        hideLabel
        error={errors[`rules.${at}.price`]}
        hint={!rule.free && isAboveClientLimit(rule.price) ? ABOVE_LIMIT : undefined}
      >
        <Input
          before={rule.free ? undefined : "$"}
          inputMode="decimal"
          autoComplete="off"
          disabled={rule.free}
          value={rule.free ? "Free" : rule.price}
          onChange={(event) => change({ price: event.target.value })}
          className="tabular-nums"
        />
      </Field>
      <div className="flex h-9 items-center justify-between pointer-coarse:h-11">
        <Checkbox
          label="Free"
          checked={rule.free}
          onChange={(event) => change({ free: event.target.checked })}
        />
        <span className="flex">
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Move ${name} up`}
            disabled={at === 0}
            onClick={() => move(-1)}
          >
            <ArrowUp aria-hidden />
          </Button>
          <Button
            variant="ghost"
            size="icon"
            aria-label={`Move ${name} down`}
            disabled={at === count - 1}
            onClick={() => move(1)}
          >
            <ArrowDown aria-hidden />
          </Button>
          <Button variant="ghost" size="icon" aria-label={`Remove ${name}`} onClick={remove}>
            <X aria-hidden />
          </Button>
        </span>
      </div>
    </li>
  );
}

/** What is sold and at which price: one rule in large, several as a list in which the first that matches decides. */
export function RuleFields({
  rules,
  errors,
  change,
}: {
  rules: RuleValue[];
  errors: FieldErrors;
  change(rules: RuleValue[]): void;
}) {
  const patch = (key: string, changes: Partial<RuleValue>) =>
    change(rules.map((rule) => (rule.key === key ? { ...rule, ...changes } : rule)));
  const move = (at: number, by: -1 | 1) => {
    const next = [...rules];
    next.splice(at + by, 0, ...next.splice(at, 1));
    change(next);
  };
  const add = () =>
    change([
      ...rules,
      { key: newKey(), method: "GET", path: "/", price: rules.at(-1)?.price ?? "", free: false },
    ]);
  const [only] = rules;
  return (
    <div className="flex flex-col gap-3">
      {rules.length === 1 && only && !only.free ? (
        <SingleRule rule={only} at={0} errors={errors} change={(changes) => patch(only.key, changes)} />
      ) : (
        <ol className="flex flex-col gap-2">
          {rules.map((rule, at) => (
            <RuleRow
              key={rule.key}
              rule={rule}
              at={at}
              count={rules.length}
              errors={errors}
              change={(changes) => patch(rule.key, changes)}
              move={(by) => move(at, by)}
              remove={() => change(rules.filter(({ key }) => key !== rule.key))}
            />
          ))}
        </ol>
      )}
      {errors.rules && (
        <p role="alert" className="text-small text-danger">
          {errors.rules}
        </p>
      )}
      <div className="flex flex-wrap items-center gap-3">
        <Button size="small" onClick={add}>
          <Plus aria-hidden />
          Add a rule
        </Button>
        <p className="text-small text-muted">
          {rules.length > 1
            ? "The first rule that matches a call decides. A path that none matches is not found."
            : "Add rules to price other paths differently, or to give some away."}
        </p>
      </div>
    </div>
  );
}
