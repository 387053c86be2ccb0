import { expect, test } from "./fixtures";

test("no page can be put into another site's frame (clickjacking) or be taken for another type", async ({
  request,
}) => {
  for (const path of ["/", "/sign-in", "/overview"]) {
    const headers = (await request.get(path)).headers();
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  }
});
