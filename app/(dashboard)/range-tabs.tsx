import Form from "next/form";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Segments } from "@/components/ui/segments";
import { type Query, queryWith } from "@/lib/revenue/filters";
import type { Range, RangeName } from "@/lib/revenue/range";

const WORDS: Readonly<Record<RangeName, string>> = {
  today: "Today",
  "7d": "7 days",
  "30d": "30 days",
  "90d": "90 days",
  all: "All time",
  custom: "Custom",
};

/** Chooses the range of a page: a few lengths as links, and days of one's own. */
export function RangeTabs({
  path,
  query,
  range,
  names,
}: {
  path: string;
  query: Query;
  range: Range;
  /** The lengths this page offers. */
  names: readonly RangeName[];
}) {
  const href = (name: RangeName) => {
    const days =
      name === "custom" ? { from: range.first, to: range.last } : { from: undefined, to: undefined };
    return `${path}${queryWith(query, { ...days, range: name === "custom" ? undefined : name })}`;
  };
  const { before, after, range: _, from, to, ...kept } = query;
  return (
    <div className="flex min-w-0 flex-wrap items-center gap-2">
      <Segments
        label="Range"
        options={names.map((name) => ({
          href: href(name),
          label: WORDS[name],
          current: name === range.name,
        }))}
      />
      {range.name === "custom" && (
        <Form action={path} className="flex max-w-full min-w-0 items-center gap-2" scroll={false}>
          {Object.entries(kept).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <Field label="From" hideLabel className="flex-1">
            <Input key={range.first} type="date" name="from" defaultValue={range.first} required />
          </Field>
          <Field label="To" hideLabel className="flex-1">
            <Input key={range.last} type="date" name="to" defaultValue={range.last} required />
          </Field>
          <Button type="submit">Show</Button>
        </Form>
      )}
    </div>
  );
}
