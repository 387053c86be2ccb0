import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { type MerchantId, newId } from "@/lib/ids";
import { createSealer } from "@/lib/seal";
import { createEndpoint } from "./create";
import { editEndpoint } from "./edit";
import { draft, mintAddress, mintMerchant, NETWORK } from "./fixture";
import type { EndpointDraft } from "./parse";
import { findPublished } from "./publish";
import { listEndpoints, listVersions, readEndpoint } from "./read";
import { setEndpointState } from "./state";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
const { db } = database;
const sealer = createSealer("a secret of the tests, long enough");
afterAll(() => database.close());

let me: { userId: string; merchantId: MerchantId };
beforeAll(async () => {
  me = await mintMerchant(database);
});

async function create(terms: EndpointDraft) {
  const created = await createEndpoint(db, sealer, me.merchantId, me.userId, terms);
  if (!created.ok) throw new Error(JSON.stringify(created.errors));
  return created;
}

function edit(endpointId: string, fromVersion: number, terms: EndpointDraft, identityConfirmed = false) {
  const by = { endpointId, fromVersion, userId: me.userId, draft: terms, identityConfirmed };
  return editEndpoint(db, sealer, me.merchantId, by);
}

const payTo = mintAddress();
const payouts = [{ network: NETWORK, payTo }];
const priced = (price: string, over = {}) => draft({ payouts, rules: [{ path: "/now", price }], ...over });

describe("an endpoint", () => {
  it("is published as it was typed, with its seller and its opened secrets", async () => {
    const { slug } = await create(await priced("0.01", { headers: [{ name: "X-Key", value: "hunter2" }] }));
    expect(await findPublished(db, sealer, slug)).toMatchObject({
      sellerName: "Acme",
      slug,
      state: "live",
      terms: {
        version: 1,
        rules: [{ method: "*", path: "/now", priceMicroUsd: 10_000n }],
        payouts,
        secretHeaders: { "X-Key": "hunter2" },
      },
      graceTerms: [],
    });
  });

  it("gets a slug from its name when none was chosen, each time another", async () => {
    const [one, two] = [
      await draft({ slug: "", name: "Größe & Gewicht" }),
      await draft({ slug: "", name: "天気" }),
    ];
    expect((await create(one)).slug).toMatch(/^gro-e-gewicht-[a-z0-9]{6}$/);
    expect((await create(two)).slug).toMatch(/^[a-z0-9]{6}$/);
    expect((await create(one)).slug).not.toBe((await create(one)).slug);
  });

  it("cannot have a slug that is taken, even by an endpoint that was deleted", async () => {
    const terms = await priced("1");
    const { id } = await create(terms);
    await setEndpointState(db, me.merchantId, id, "deleted");
    const again = await createEndpoint(db, sealer, me.merchantId, me.userId, terms);
    expect(again).toEqual({ ok: false, errors: { slug: expect.stringMatching(/taken/) } });
  });

  it("lets one of two edits at once through and tells the other (F8)", async () => {
    const { id } = await create(await priced("1"));
    const edits = await Promise.all([edit(id, 1, await priced("2")), edit(id, 1, await priced("3"))]);
    expect(edits.map(({ ok }) => ok).sort()).toEqual([false, true]);
    expect(edits.find(({ ok }) => !ok)).toEqual({ ok: false, reason: "stale" });
    expect(await listVersions(db, me.merchantId, id)).toHaveLength(2);
  });

  it("refuses an edit made from a version that is no longer the newest (F8)", async () => {
    const { id } = await create(await priced("1"));
    expect(await edit(id, 1, await priced("2"))).toEqual({ ok: true, version: 2 });
    expect(await edit(id, 1, await priced("3"))).toEqual({ ok: false, reason: "stale" });
    expect((await readEndpoint(db, me.merchantId, id))?.rules[0]?.priceMicroUsd).toBe("2000000");
  });

  it("keeps, replaces and removes secret headers by name, and never shows a value (I11)", async () => {
    const headers = ["A", "B", "C"].map((name) => ({ name: `X-${name}`, value: `old ${name}` }));
    const { id, slug } = await create(await priced("1", { headers }));
    const next = [
      { name: "x-a", keep: true },
      { name: "X-B", value: "new B" },
    ];
    const terms = await draft({ payouts, headers: next }, ["X-A", "X-B", "X-C"]);
    expect(await edit(id, 1, terms, true)).toEqual({ ok: true, version: 2 });
    const published = await findPublished(db, sealer, slug);
    expect(published?.terms.secretHeaders).toEqual({ "x-a": "old A", "X-B": "new B" });
    const shown = await readEndpoint(db, me.merchantId, id);
    expect(shown?.headerNames).toEqual(["x-a", "X-B"]);
    expect(JSON.stringify(shown)).not.toMatch(/old A|new B/);
  });

  it("is gone for good once deleted", async () => {
    const { id, slug } = await create(await priced("1"));
    expect(await setEndpointState(db, me.merchantId, id, "deleted")).toBe(true);
    expect(await setEndpointState(db, me.merchantId, id, "live")).toBe(false);
    expect(await findPublished(db, sealer, slug)).toBeNull();
    expect(await readEndpoint(db, me.merchantId, id)).toBeNull();
    expect(await edit(id, 1, await priced("2"))).toEqual({ ok: false, reason: "not_found" });
  });

  it("says that it is paused, and resumes", async () => {
    const { id, slug } = await create(await priced("1"));
    await setEndpointState(db, me.merchantId, id, "paused");
    expect((await findPublished(db, sealer, slug))?.state).toBe("paused");
    await setEndpointState(db, me.merchantId, id, "live");
    expect((await findPublished(db, sealer, slug))?.state).toBe("live");
  });
});

describe("an edit a thief of a session would make (I6)", () => {
  it.each([
    ["another payout address", { payouts: [{ network: NETWORK, payTo: mintAddress() }] }],
    ["another secret", { payouts, headers: [{ name: "X-Key", value: "other" }] }],
    [
      "the stored secret sent to another server",
      { payouts, headers: [{ name: "X-Key", keep: true }], upstream: "https://evil.example" },
    ],
  ])("asks who they are: %s", async (_, over) => {
    const { id } = await create(await draft({ payouts, headers: [{ name: "X-Key", value: "hunter2" }] }));
    const terms = await draft(over, ["X-Key"]);
    expect(await edit(id, 1, terms)).toEqual({ ok: false, reason: "unconfirmed" });
    expect(await edit(id, 1, terms, true)).toEqual({ ok: true, version: 2 });
  });

  it("does not ask for another price, name, or server without secrets", async () => {
    const { id } = await create(await priced("1"));
    const terms = await priced("2", { name: "Other", upstream: "https://other.example" });
    expect(await edit(id, 1, terms)).toEqual({ ok: true, version: 2 });
  });
});

describe("the grace after an edit", () => {
  it("honours a replaced price (F1, F2)", async () => {
    const { id, slug } = await create(await priced("1"));
    await edit(id, 1, await priced("2"));
    await edit(id, 2, await priced("3"));
    const published = await findPublished(db, sealer, slug);
    expect(published?.terms.version).toBe(3);
    expect(published?.graceTerms.map(({ version }) => version)).toEqual([2, 1]);
  });

  it("ends 120 seconds after the price was replaced (F1)", async () => {
    const { id, slug } = await create(await priced("1"));
    // Versions never change, so an old one cannot be made by waiting less: it is written with its age.
    const at = (version: number, seconds: number) => database.sql`
      insert into endpoint_versions select endpoint_id, ${version}, name, description, upstream, charge,
        upstream_timeout_ms, rules, payouts, sealed_headers, header_names, created_by, now() - make_interval(secs => ${seconds})
      from endpoint_versions where endpoint_id = ${id} and version = 1`;
    await at(2, 121);
    await at(3, 119);
    await database.sql`update endpoints set version = 3 where id = ${id}`;
    const published = await findPublished(db, sealer, slug);
    expect(published?.graceTerms.map(({ version }) => version)).toEqual([2]);
  });

  it("has none for an address that was replaced (F3)", async () => {
    const { id, slug } = await create(await priced("1"));
    await edit(id, 1, await draft({ payouts: [{ network: NETWORK, payTo: mintAddress() }] }), true);
    expect((await findPublished(db, sealer, slug))?.graceTerms).toEqual([]);
  });
});

// Row I4 asks for row level security as a second wall. It is not built: the gateway and the workers rightly read every
// merchant's rows, so it would take a second role, and every page a transaction that names its merchant first. The wall
// is the type instead: a query without a MerchantId, which only the session gate and the database mint, does not compile.
describe("another merchant's endpoint", () => {
  it("is to a stranger what an unknown one is (I4)", async () => {
    const stranger = await mintMerchant(database);
    const { id } = await create(await priced("1"));
    for (const unknown of [id, newId(), "no id"]) {
      const by = { endpointId: unknown, fromVersion: 1, userId: stranger.userId, identityConfirmed: true };
      expect(await readEndpoint(db, stranger.merchantId, unknown)).toBeNull();
      expect(await listVersions(db, stranger.merchantId, unknown)).toEqual([]);
      expect(await setEndpointState(db, stranger.merchantId, unknown, "deleted")).toBe(false);
      expect(
        await editEndpoint(db, sealer, stranger.merchantId, { ...by, draft: await priced("9") }),
      ).toEqual({
        ok: false,
        reason: "not_found",
      });
    }
    expect(await listEndpoints(db, stranger.merchantId)).toEqual([]);
    expect(await readEndpoint(db, me.merchantId, id)).toMatchObject({ id, version: 1, state: "live" });
  });
});
