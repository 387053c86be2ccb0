import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { openDatabase } from "./db/client";
import { users } from "./db/schema";
import { inRequest, log } from "./log";

/** Collects the lines written from now on. */
function lines(): Record<string, unknown>[] {
  const written: Record<string, unknown>[] = [];
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.push(JSON.parse(String(text)));
    return true;
  });
  onTestFinished(() => spy.mockRestore());
  return written;
}

describe("a line of the log", () => {
  it("is one JSON object on one line, whatever was sent to stand in it (log injection, I16)", () => {
    const written = lines();
    log.warn("odd", { text: 'a\n"b"', units: 10n ** 30n, error: new Error("first\nsecond") });
    expect(written).toEqual([
      {
        at: expect.stringMatching(/Z$/),
        level: "warn",
        event: "odd",
        text: 'a\n"b"',
        units: `1${"0".repeat(30)}`,
        error: "Error: first",
      },
    ]);
  });

  it("carries the id of the request it was written for, and of no other", async () => {
    const written = lines();
    const work = (id: string) =>
      inRequest(id, async () => {
        await setImmediate();
        log.info("worked");
      });
    await Promise.all([work("one"), work("two")]);
    log.info("alone");
    expect(written.map(({ request }) => request)).toEqual(["one", "two", undefined]);
  });

  it("says nothing of what a statement carried that the database refused (I16)", async () => {
    const database = openDatabase(process.env.DATABASE_URL ?? "", 1);
    onTestFinished(() => database.close());
    const email = `${randomUUID()}@example.com`;
    const insert = () => database.db.insert(users).values({ id: randomUUID(), name: "Ada", email });
    await insert();
    const written = lines();
    await insert().catch((error: unknown) => log.error("failed", { error }));
    expect(JSON.stringify(written)).toContain("users_email_unique");
    expect(JSON.stringify(written)).not.toContain(email);
  });

  it("shows no key that hides in a URL, in an error or in its cause (G16)", () => {
    const written = lines();
    const cause = new Error("POST https://rpc.example/v2/secret-key?k=secret failed");
    log.error("failed", { error: new Error("at postgres://user:secret@db.example/x", { cause }) });
    expect(JSON.stringify(written)).toContain("rpc.example");
    expect(JSON.stringify(written)).not.toContain("secret");
  });
});
