import { expect, it } from "vitest";
import { runCampaign } from "./campaign";
import { silent } from "./progress";
import * as ssrf from "./ssrf";

it("a merchant's URL leads to no private address, however it is spelled and whatever DNS says when (H1, H2)", async () => {
  const size = ssrf.sizes.test;
  const { oracles } = await runCampaign("ssrf", ssrf, { size, seed: 1, progress: silent });
  for (const [oracle, { violations }] of Object.entries(oracles))
    expect([oracle, violations]).toEqual([oracle, []]);
});
