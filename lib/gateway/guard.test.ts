import { expect, test } from "vitest";
import { createGuard, type GuardOptions } from "./guard";

const PUBLIC = "93.184.216.34";

function guardWith(options: Partial<GuardOptions> = {}) {
  return createGuard({ privateUpstreams: [], ownHosts: [], resolve: async () => [PUBLIC], ...options });
}

async function allows(guard: ReturnType<typeof guardWith>, url: string): Promise<boolean> {
  const parsed = guard.parse(url);
  return parsed.ok && (await guard.resolve(parsed.destination)).ok;
}

test.each([
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0177.0.0.1/",
  "https://127.1/",
  "https://127.0.0.1./",
  "https://①②⑦.0.0.1/",
  "https://127。0。0。1/",
  "https://%31%32%37.0.0.1/",
  "https://[::1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://0.0.0.0/",
  "https://169.254.169.254/latest/meta-data/",
])("SSRF by spelling: %s leads nowhere (H1)", async (url) => {
  expect(await allows(guardWith(), url)).toBe(false);
});

test.each([
  "https://localhost/",
  "https://localhost./",
  "https://LOCALHOST/",
  "https://x.localhost/",
  "https://metadata.google.internal/",
  "https://printer.local/",
  "https://db/",
])("SSRF by name: %s is not even looked up (H5)", async (url) => {
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return [PUBLIC];
  };
  expect(await allows(guardWith({ resolve }), url)).toBe(false);
  expect(asked).toEqual([]);
});

test("a local name may lead into a listed network, but not to a public address (H5)", async () => {
  const listed = { privateUpstreams: ["10.0.0.0/8"] };
  expect(await allows(guardWith({ ...listed, resolve: async () => ["10.0.0.5"] }), "http://db:9000/")).toBe(
    true,
  );
  expect(await allows(guardWith({ ...listed, resolve: async () => [PUBLIC] }), "https://db/")).toBe(false);
});

test.each([
  ["one private answer among public ones", [PUBLIC, "10.0.0.1"]],
  ["a private IPv6 answer", [PUBLIC, "fd00::1"]],
  ["a mapped answer", ["::ffff:10.0.0.1"]],
  ["no answer", []],
])("SSRF by DNS: %s refuses the name (H2)", async (_, answers) => {
  expect(await allows(guardWith({ resolve: async () => answers }), "https://api.example/")).toBe(false);
});

test.each([
  "",
  "api.example",
  "//api.example/",
  "ftp://api.example/",
  "file:///etc/passwd",
  "https://",
  "https:///path",
  "https:/api.example/",
  "https:\\\\api.example/",
  "https://user@api.example/",
  "https://user:pass@api.example/",
  "https://api.example@127.0.0.1/",
  "https://api.example\\@127.0.0.1/",
  "https://api.example./",
  "https://api example/",
  "https://api.example:99999/",
  "https://api.example/a b",
  "https://api.example/a\r\nX: y",
  "https://api.example/#part",
  "https://api.example/é\u{1F600}",
])("what is no plain web URL is refused: %j (H4)", (url) => {
  expect(guardWith().parse(url).ok).toBe(false);
});

test("public upstreams are reached by https on the web's ports only (H4)", async () => {
  const guard = guardWith();
  expect(await allows(guard, "https://api.example/")).toBe(true);
  expect(await allows(guard, "https://api.example:8443/")).toBe(true);
  expect(await allows(guard, "https://api.example:5432/")).toBe(false);
  expect(await allows(guard, "https://api.example:22/")).toBe(false);
  expect(await allows(guard, "http://api.example/")).toBe(false);
});

test("listed networks are reached by http and on any port", async () => {
  const guard = guardWith({ privateUpstreams: ["127.0.0.0/8", "::1/128"] });
  expect(await allows(guard, "http://127.0.0.1:9000/")).toBe(true);
  expect(await allows(guard, "http://[::1]:9000/")).toBe(true);
  expect(await allows(guard, "http://10.0.0.1:9000/")).toBe(false);
});

test.each([
  "http://127.0.0.1:3000/",
  "http://127.0.0.9:3000/",
  "http://localhost:3000/",
  "http://[::1]:3000/",
  "http://[::ffff:127.0.0.1]:3000/",
  "http://0.0.0.0:3000/",
  "http://0x7f000001:3000/",
  "https://pay.example/",
  "https://PAY.example:443/",
])("our own address %s is refused even where everything private is listed (G17, H5)", async (url) => {
  const guard = guardWith({
    privateUpstreams: ["0.0.0.0/0", "::/0"],
    ownHosts: ["127.0.0.1:3000", "pay.example:443"],
    resolve: async (host) => (host === "localhost" ? ["127.0.0.1"] : [PUBLIC]),
  });
  expect(await allows(guard, url)).toBe(false);
});

test("a public address that our own name shares with others stays reachable by their names", async () => {
  const guard = guardWith({ privateUpstreams: ["127.0.0.0/8"], ownHosts: ["pay.example:8443"] });
  expect(await allows(guard, "https://127.0.0.1:8443/")).toBe(true);
  expect(await allows(guard, "https://pay.example:8443/")).toBe(false);
});

test("another port of this machine stays reachable when it is listed", async () => {
  const guard = guardWith({ privateUpstreams: ["127.0.0.0/8"], ownHosts: ["127.0.0.1:3000"] });
  expect(await allows(guard, "http://127.0.0.1:3001/")).toBe(true);
});

test("path and query stay the text they were", () => {
  const path = "/a/../%2e%2e//b;c=1/%zz?x=%c3&y=[1]'\"";
  expect(guardWith().parse(`https://API.example${path}`)).toEqual({
    ok: true,
    destination: { secure: true, host: "api.example", port: 443, authority: "api.example", path },
  });
});
