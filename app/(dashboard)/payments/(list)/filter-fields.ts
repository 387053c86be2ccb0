import type { readView } from "@/app/(dashboard)/view";
import { DELIVERY_LOOK, MONEY_LOOK } from "@/components/payment-status";
import { type Query, queryWith } from "@/lib/revenue/filters";
import type { FilterFields } from "./filter-form";

const NARROWING = ["q", "endpoint", "network", "asset", "money", "delivery", "min", "max"] as const;

const words = (looks: Readonly<Record<string, { word: string }>>) =>
  Object.entries(looks).map(([value, { word }]) => ({ value, label: word }));

/** Whether a query narrows the payments beyond their range. */
export function isNarrowed(query: Query): boolean {
  return NARROWING.some((name) => query[name]);
}

/** The same query without anything that narrows it. */
export function withoutFilters(query: Query): string {
  return `/payments${queryWith(query, Object.fromEntries(NARROWING.map((name) => [name, undefined])))}`;
}

/** Fills the filter row from the query and from what the merchant has. */
export function filterFields(query: Query, view: Awaited<ReturnType<typeof readView>>): FilterFields {
  const { q = "", endpoint = "", network = "", money = "", delivery = "", min = "", max = "" } = query;
  const shownNetworks = view.networks.filter(
    ({ id }) => id === network || view.configured.some((configured) => configured.id === id),
  );
  const kept = (["range", "from", "to", "asset"] as const).flatMap((name) =>
    query[name] ? [[name, query[name]] as const] : [],
  );
  const endpoints = view.endpoints.map(({ slug, name, state }) => ({
    value: slug,
    label: state === "deleted" ? `${name} (deleted)` : name,
  }));
  return {
    search: q,
    min,
    max,
    selects: [
      { name: "endpoint", label: "Endpoint", any: "Every endpoint", value: endpoint, choices: endpoints },
      ...(shownNetworks.length > 1
        ? [
            {
              name: "network",
              label: "Network",
              any: "Every network",
              value: network,
              choices: shownNetworks.map(({ id, name }) => ({ value: id, label: name })),
            },
          ]
        : []),
      {
        name: "money",
        label: "Money",
        any: "Any money",
        value: money,
        choices: [{ value: "settled,final", label: "Settled or final" }, ...words(MONEY_LOOK)],
      },
      {
        name: "delivery",
        label: "Delivery",
        any: "Any delivery",
        value: delivery,
        choices: words(DELIVERY_LOOK),
      },
    ],
    kept,
    problems: view.problems,
    clear: isNarrowed(query) ? withoutFilters(query) : null,
  };
}
