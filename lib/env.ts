import { z } from "zod";
import { parsePrice } from "./money";

const dollars = z
  .string()
  .refine((text) => parsePrice(text).ok, 'must be an amount of dollars in quotes, such as "3200.50"');

const relayerKey = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, "must be a private key of 32 bytes in hex, beginning with 0x");

/** How one network is reached and how its payments are settled. */
const networkSchema = z
  .strictObject({
    network: z.string().regex(/^eip155:\d+$/, "must be a CAIP-2 id such as eip155:8453"),
    rpc: z.union([z.url(), z.array(z.url()).min(1)]).transform((rpc) => (Array.isArray(rpc) ? rpc : [rpc])),
    /** One, or several that send side by side. */
    relayerKey: z.union([relayerKey, z.array(relayerKey).min(1)]).optional(),
    /** `cdp` for Coinbase's, with its keys, or the URL of any x402 facilitator. */
    facilitator: z.union([z.literal("cdp"), z.url()]).optional(),
    /** What the network's own coin is worth; without it, gas limits neither prices nor merchants. */
    nativeUsd: dollars.optional(),
    /** The most gas that one merchant's payments may take within a day. */
    merchantGasUsdPerDay: dollars.optional(),
  })
  .refine((n) => (n.relayerKey === undefined) !== (n.facilitator === undefined), {
    message: "needs exactly one of relayerKey (we send the transactions) and facilitator (someone else does)",
  });

const origin = z
  .url({ protocol: /^https?$/, abort: true, error: "must be an origin such as https://farebox.example.com" })
  .refine((text) => new URL(text).origin === text.replace(/\/$/, ""), "must be an origin, without a path")
  .transform((text) => new URL(text).origin);

const list = z.string().transform((text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== ""),
);

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: "custom", message: "must be JSON" });
    return z.NEVER;
  }
});

const schema = z
  .object({
    DATABASE_URL: z.url({
      protocol: /^postgres(ql)?$/,
      error: "must be a URL such as postgres://user:password@host:5432/farebox",
    }),
    /** Of this process, for requests; its workers have a few of their own. */
    FAREBOX_DATABASE_CONNECTIONS: z.coerce.number("must be a number").int().min(1).max(1_000).default(20),
    FAREBOX_SECRET: z
      .string()
      .min(32, "must have at least 32 characters; make one with: openssl rand -base64 48"),
    /** Older values of FAREBOX_SECRET, which still open what they sealed. */
    FAREBOX_PREVIOUS_SECRETS: list
      .pipe(z.array(z.string().min(32, "must have at least 32 characters each")))
      .default([]),
    PORT: z.coerce.number("must be a port number").int().min(0).max(65_535).default(3000),
    HOST: z.string().default("0.0.0.0"),
    FAREBOX_ORIGIN: origin,
    FAREBOX_GATEWAY_ORIGIN: origin.optional(),
    FAREBOX_NETWORKS: json.pipe(z.array(networkSchema, "must be a list").min(1, "must name a network")),
    FAREBOX_ROLES: list
      .pipe(z.array(z.enum(["web", "gateway", "worker"])).min(1))
      .default(["web", "gateway", "worker"]),
    FAREBOX_PRIVATE_UPSTREAMS: list
      .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()], "must be a CIDR such as 10.1.0.0/16")))
      .default([]),
    /** Who sends it as a bearer reads /metrics; without one there is no such page. */
    FAREBOX_METRICS_TOKEN: z.string().min(16, "must have at least 16 characters").optional(),
    /** For how long a process that was told to stop says so at /readyz, and still serves, before it takes no more. */
    FAREBOX_STOP_NOTICE_MS: z.coerce.number("must be a number of ms").int().min(0).max(60_000).default(5_000),
    /** Proxies of the operator's, whose word on where a request comes from is taken. */
    FAREBOX_TRUSTED_PROXIES: list
      .pipe(z.array(z.union([z.cidrv4(), z.cidrv6()], "must be a CIDR such as 10.0.0.0/8")))
      .default([]),
    /** Where the local stand-ins keep their data; nothing else is written to disk. */
    FAREBOX_DATA_DIR: z.string().default(".farebox"),
    FAREBOX_TEST_PAYER_KEY: z
      .string()
      .regex(/^0x[0-9a-fA-F]{64}$/)
      .optional(),
    FAREBOX_DEMO_UPSTREAM: z.url().optional(),
    FAREBOX_CDP_KEY_ID: z.string().optional(),
    FAREBOX_CDP_KEY_SECRET: z.string().optional(),
    FAREBOX_GITHUB_ID: z.string().optional(),
    FAREBOX_GITHUB_SECRET: z.string().optional(),
  })
  .transform((env) => ({ ...env, FAREBOX_GATEWAY_ORIGIN: env.FAREBOX_GATEWAY_ORIGIN ?? env.FAREBOX_ORIGIN }));

/** The whole configuration, checked. */
export type Env = z.infer<typeof schema>;

/** A configured network. */
export type NetworkConfig = Env["FAREBOX_NETWORKS"][number];

/** Thrown when the configuration is wrong; its message names every bad key, and no value. */
export class BadConfiguration extends Error {
  override name = "BadConfiguration";
}

/** The environment of this process; empty values count as absent. */
export function givenEnv(source: Record<string, string | undefined> = process.env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(source).filter((entry): entry is [string, string] => (entry[1] ?? "") !== ""),
  );
}

/** Reads the configuration, from the process's environment when no other is given. */
export function readEnv(source?: Record<string, string | undefined>): Env {
  const given = givenEnv(source);
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const missing = issue.code === "invalid_type" && given[String(issue.path[0])] === undefined;
    return `  ${issue.path.join(".")}: ${missing ? "is required" : issue.message}`;
  });
  throw new BadConfiguration(`The configuration is wrong:\n${lines.join("\n")}`);
}

/** Tells next-auth where it is served: it reads that from the environment alone, and one key of ours says it already. */
export function tellNextAuth(origin: string): void {
  process.env.NEXTAUTH_URL = origin;
}
