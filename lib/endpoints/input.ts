import { z } from "zod";

const text = (name: string) => z.string(`${name} must be text.`);

/** What a merchant typed, still as text; the keys are the same in forms and in seed files. */
export const endpointInput = z.strictObject({
  name: text("The name"),
  /** Chosen, or left out to have one made from the name. It never changes, so an edit does not look at it. */
  slug: text("The slug").default(""),
  description: text("The description").default(""),
  upstream: text("The upstream URL"),
  charge: text("The charge policy").default("after"),
  /** Whole seconds. */
  upstreamTimeout: z.union([z.string(), z.number()], "The timeout must be a number of seconds.").default(30),
  /** In order: the first that matches decides. */
  rules: z.array(
    z.strictObject({
      method: text("The method").default("*"),
      path: text("The path"),
      price: text("The price, in US dollars,").default(""),
      free: z.boolean("Free is true or false.").default(false),
    }),
    "Rules are a list.",
  ),
  payouts: z
    .array(
      z.strictObject({ network: text("The network"), payTo: text("The payout address") }),
      "Payouts are a list.",
    )
    .default([]),
  /** Secret headers: a value sets or replaces, `keep` leaves the stored value, a name that is not here is removed. */
  headers: z
    .array(
      z.strictObject({
        name: text("The header's name"),
        value: text("The header's value").default(""),
        keep: z.boolean("Keep is true or false.").default(false),
      }),
      "Headers are a list.",
    )
    .default([]),
});

/** What a merchant typed about an endpoint, before anything is checked; what has a default may be left out. */
export type EndpointInput = z.input<typeof endpointInput>;
