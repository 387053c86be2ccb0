import { beforeAll, expect, it } from "vitest";
import { type Campaign, type CampaignResult, runCampaign } from "./campaign";
import { ORACLE_NAMES, type Verdict } from "./oracles";
import { silent } from "./progress";

const SEED = 1;
const LONGEST_MS = 300_000;

/**
 * Runs a campaign at the size it has inside `npm test`, before the tests of the file, and makes a test of every oracle of
 * `oracles`; returns how to ask for the verdict on what the campaign itself held.
 */
export function atTestSize(
  name: string,
  campaign: Campaign,
  oracles: readonly string[] = ORACLE_NAMES,
): (oracle: string) => Verdict | undefined {
  let result: CampaignResult | undefined;
  beforeAll(async () => {
    result = await runCampaign(name, campaign, { size: campaign.sizes.test, seed: SEED, progress: silent });
  }, LONGEST_MS);
  const verdictOn = (oracle: string) => result?.oracles[oracle];
  it.each(oracles)("after it, the oracle holds: %s", (oracle) => {
    expect(verdictOn(oracle)).toMatchObject(HELD);
  });
  return verdictOn;
}

/** What the verdict on something that held looks like: looked at, and nowhere broken. */
export const HELD = { ok: true, violations: [], checked: expect.toSatisfy((times: number) => times > 0) };
