import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { hashPassword } from "@/lib/auth/passwords";
import { createEndpoint } from "@/lib/endpoints/create";
import { editEndpoint } from "@/lib/endpoints/edit";
import { endpointInput } from "@/lib/endpoints/input";
import { type EndpointDraft, parseEndpoint } from "@/lib/endpoints/parse";
import { createBlockCheck } from "@/lib/endpoints/payout";
import { findPublished } from "@/lib/endpoints/publish";
import type { EndpointTerms } from "@/lib/gateway/ports";
import { checkUpstreamUrl } from "@/lib/gateway/upstream";
import { gasPolicies } from "@/lib/ledger/gas-policy";
import { lowestPrice } from "@/lib/ledger/price-floor";
import { readEmail } from "@/lib/merchants/email";
import { type Member, memberByEmail } from "@/lib/merchants/member";
import { openAccount } from "@/lib/merchants/open-account";
import { CannotStart } from "@/lib/server/failure";
import { ownHosts } from "@/lib/server/gateway";
import type { Parts } from "@/lib/server/parts";

const seedEndpoint = endpointInput.extend({
  slug: z.string().min(1, "is needed: it tells which endpoint to bring up to date"),
  /** Secret headers by name. */
  headers: z.record(z.string(), z.string()).default({}),
});

const seedFile = z.strictObject({
  merchants: z.array(
    z.strictObject({
      email: z.string().transform((text, context) => {
        const email = readEmail(text);
        if (email === null) context.addIssue({ code: "custom", message: "is no email address" });
        return email ?? z.NEVER;
      }),
      password: z.string().min(1),
      name: z.string().min(1),
      endpoints: z.array(seedEndpoint).default([]),
    }),
  ),
});

type SeedMerchant = z.output<typeof seedFile>["merchants"][number];
type SeedEndpoint = z.output<typeof seedEndpoint>;

/** What a seed file came to. */
export interface Seeded {
  merchants: { id: string; email: string; endpoints: { id: string; slug: string; gatewayUrl: string }[] }[];
}

/**
 * Makes the merchants and endpoints of a seed file, and brings those that exist up to date; the same file again
 * changes nothing. Passwords are the operator's choice and set once. Throws CannotStart naming what is wrong.
 */
export async function seed(parts: Parts, file: unknown): Promise<Seeded> {
  const parsed = seedFile.safeParse(file);
  if (!parsed.success) throw new CannotStart(`The seed file is wrong:\n${z.prettifyError(parsed.error)}`);
  const merchants: Seeded["merchants"] = [];
  for (const merchant of parsed.data.merchants) {
    const member = await ensureMember(parts, merchant);
    const endpoints = [];
    for (const endpoint of merchant.endpoints) endpoints.push(await ensureEndpoint(parts, member, endpoint));
    merchants.push({ id: member.merchantId, email: merchant.email, endpoints });
  }
  return { merchants };
}

async function ensureMember({ database: { db } }: Parts, merchant: SeedMerchant): Promise<Member> {
  const { email, name, password } = merchant;
  const known = await memberByEmail(db, email);
  if (known) return known;
  const passwordHash = await hashPassword(password);
  await db.transaction((tx) => openAccount(tx, { name, email, passwordHash }));
  const member = await memberByEmail(db, email);
  if (!member) throw new Error(`The account of ${email} was just opened and is gone`);
  return member;
}

async function ensureEndpoint(parts: Parts, member: Member, { headers, ...seeded }: SeedEndpoint) {
  const { env, database, sealer, chains } = parts;
  const { db } = database;
  const { slug } = seeded;
  const guard = { privateUpstreams: env.FAREBOX_PRIVATE_UPSTREAMS, ownHosts: ownHosts(env) };
  const gas = gasPolicies(env.FAREBOX_NETWORKS);
  const parsed = await parseEndpoint(
    { ...seeded, headers: Object.entries(headers).map(([name, value]) => ({ name, value })) },
    // Who runs this command runs Farebox, and vouches for the servers in the file.
    {
      chains,
      checkUpstreamUrl: (url) => checkUpstreamUrl(url, guard),
      controlsHost: async () => true,
      isBlocked: createBlockCheck(chains),
      lowestPrice: (network) => lowestPrice(db, network, gas.get(network)),
    },
  );
  if (!parsed.ok)
    throw refused(
      slug,
      Object.entries(parsed.errors).map(([at, text]) => `${at}: ${text}`),
    );
  const draft = parsed.value;
  const gatewayUrl = `${env.FAREBOX_GATEWAY_ORIGIN}/g/${slug}`;

  const current = await findPublished(db, sealer, slug);
  if (!current) {
    const created = await createEndpoint(db, sealer, member.merchantId, member.userId, draft);
    if (!created.ok) throw refused(slug, Object.values(created.errors));
    return { id: created.id, slug, gatewayUrl };
  }
  if (current.merchantId !== member.merchantId) throw refused(slug, ["This slug is another merchant's."]);
  if (!isSame(current.terms, draft)) {
    const edit = {
      endpointId: current.id,
      fromVersion: current.terms.version,
      userId: member.userId,
      draft,
      identityConfirmed: true,
    };
    const edited = await editEndpoint(db, sealer, member.merchantId, edit);
    if (!edited.ok) throw refused(slug, [`It could not be edited: ${edited.reason}.`]);
  }
  return { id: current.id, slug, gatewayUrl };
}

function isSame({ version: _, ...terms }: EndpointTerms, { slug: __, headers, ...draft }: EndpointDraft) {
  const rules = draft.rules.map(({ priceMicroUsd: price, ...rule }) => ({
    ...rule,
    priceMicroUsd: price === null ? null : BigInt(price),
  }));
  const secretHeaders = Object.fromEntries(headers.map(({ name, value }) => [name, value]));
  return isDeepStrictEqual(terms, { ...draft, rules, secretHeaders });
}

function refused(slug: string, sentences: string[]): CannotStart {
  return new CannotStart(
    `The endpoint ${slug} was refused:\n${sentences.map((line) => `  ${line}`).join("\n")}`,
  );
}
