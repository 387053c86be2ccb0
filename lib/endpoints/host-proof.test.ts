import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { createUpstreamClient } from "@/lib/gateway/upstream";
import { mintAddress, mintMerchant, NETWORK, OTHER_NETWORK, parseContext, typed } from "./fixture";
import { challengeFor } from "./host-challenge";
import { lookForProof } from "./look-for-proof";
import { parseEndpoint } from "./parse";
import { mayProbe } from "./probe-limit";
import { isHostProven, noteHostProven } from "./proven-hosts";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
const { db } = database;
afterAll(() => database.close());

const key = randomBytes(32);
const nothingInDns = async () => Promise.reject(new Error("ENOTFOUND"));

/** Serves a merchant's site on this machine, which the guarding client may call when it is listed. */
async function serveSite(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const listed = createUpstreamClient({ privateUpstreams: ["127.0.0.0/8"], ownHosts: [] });
const unlisted = createUpstreamClient({ privateUpstreams: [], ownHosts: [] });

describe("live money", () => {
  const payouts = (network: string) => [{ network, payTo: mintAddress() }];

  it("is taken only in front of a host its merchant has shown to control; test money anywhere (H9)", async () => {
    const context = parseContext({ controlsHost: async () => false });
    expect((await parseEndpoint(typed({ payouts: payouts(NETWORK) }), context)).ok).toBe(true);
    expect(await parseEndpoint(typed({ payouts: payouts(OTHER_NETWORK) }), context)).toEqual({
      ok: false,
      errors: { hostProof: expect.stringContaining("api.example.com") },
    });
    expect((await parseEndpoint(typed({ payouts: payouts(OTHER_NETWORK) }), parseContext())).ok).toBe(true);
  });

  it("needs the proof of this merchant, for this host and port (H9)", async () => {
    const [mine, other] = [await mintMerchant(database), await mintMerchant(database)];
    await noteHostProven(db, mine.merchantId, "api.example.com", "dns");
    await noteHostProven(db, mine.merchantId, "api.example.com", "file");
    const proven = (url: string, who = mine) => isHostProven(db, who.merchantId, url);
    expect(await proven("https://api.example.com/v1")).toBe(true);
    expect(await proven("https://API.example.com")).toBe(true);
    expect(await proven("https://api.example.com:8443")).toBe(false);
    expect(await proven("https://example.com")).toBe(false);
    expect(await proven("https://api.example.com", other)).toBe(false);
  });
});

describe("the proof that a host is a merchant's", () => {
  it("is another for every merchant and host, so that none can be copied (H9)", async () => {
    const [mine, other] = [await mintMerchant(database), await mintMerchant(database)];
    const { value, dnsName, fileUrl } = challengeFor(key, mine.merchantId, "https://api.example.com/v1");
    expect(challengeFor(key, mine.merchantId, "https://api.example.com").value).toBe(value);
    expect(challengeFor(key, other.merchantId, "https://api.example.com").value).not.toBe(value);
    expect(challengeFor(key, mine.merchantId, "https://example.com").value).not.toBe(value);
    expect(dnsName).toBe("_farebox.api.example.com");
    expect(fileUrl).toBe("https://api.example.com/.well-known/farebox.txt");
    expect(challengeFor(key, mine.merchantId, "https://[2001:db8::1]").dnsName).toBeNull();
  });

  it("is found in DNS or in the file, and what is there instead is told (H9)", async () => {
    const { merchantId } = await mintMerchant(database);
    let file = "";
    const site = await serveSite((request, response) => {
      response.statusCode = request.url === "/.well-known/farebox.txt" && file !== "" ? 200 : 404;
      response.end(file);
    });
    const challenge = { ...challengeFor(key, merchantId, site), dnsName: "_farebox.api.example.com" };
    const look = (records: string[]) =>
      lookForProof({ resolveTxt: async () => records, callUpstream: listed }, challenge);
    expect(await look([])).toEqual({
      method: null,
      dns: expect.stringContaining("No TXT record"),
      file: expect.stringContaining("404"),
    });
    file = "google-site-verification=1\n";
    expect(await look(["v=spf1 -all"])).toEqual({
      method: null,
      dns: expect.stringContaining("none with this value"),
      file: expect.stringContaining("no such line"),
    });
    expect(await look(["v=spf1 -all", challenge.value])).toMatchObject({ method: "dns" });
    file += `${challenge.value}\r\n`;
    expect(await look([])).toMatchObject({ method: "file" });
    file = challengeFor(key, merchantId, "https://example.com").value;
    expect(await look([])).toMatchObject({ method: null });
  });

  it("is not followed elsewhere by a redirect, nor read without end (H3, H9)", async () => {
    const { merchantId } = await mintMerchant(database);
    const elsewhere = await serveSite((_, response) =>
      response.end(challengeFor(key, merchantId, site).value),
    );
    const site = await serveSite((_, response) =>
      response.writeHead(302, { location: `${elsewhere}/` }).end(),
    );
    const endless = await serveSite((_, response) => {
      response.write("x".repeat(100_000));
    });
    const look = (url: string) =>
      lookForProof({ resolveTxt: nothingInDns, callUpstream: listed }, challengeFor(key, merchantId, url));
    expect(await look(site)).toMatchObject({ method: null, file: expect.stringContaining("302") });
    expect(await look(endless)).toMatchObject({ method: null });
  });

  it("is asked for by the guarding client alone: a private address looks like one that does not answer (H7, H9)", async () => {
    const { merchantId } = await mintMerchant(database);
    let calls = 0;
    const site = await serveSite((_, response) => {
      calls += 1;
      response.end();
    });
    for (const url of [site, "https://169.254.169.254", "https://127.0.0.1:1"]) {
      const sources = { resolveTxt: nothingInDns, callUpstream: unlisted };
      expect(await lookForProof(sources, challengeFor(key, merchantId, url))).toEqual({
        method: null,
        dns: null,
        file: "The server did not answer.",
      });
    }
    expect(calls).toBe(0);
  });
});

it("a merchant has five servers a minute looked up while saving, whichever replica is asked (H6)", async () => {
  const { merchantId } = await mintMerchant(database);
  const tries = await Promise.all(Array.from({ length: 9 }, () => mayProbe(db, merchantId)));
  expect(tries.filter(Boolean)).toHaveLength(5);
  expect(await mayProbe(db, (await mintMerchant(database)).merchantId)).toBe(true);
});
