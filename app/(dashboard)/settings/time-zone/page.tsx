import type { Metadata } from "next";
import { Card } from "@/components/ui/section";
import { requireSession } from "@/lib/auth/session";
import { timeZones } from "@/lib/merchants/time-zones";
import { TimeZoneForm } from "./form";

/** The title of the page. */
export const metadata: Metadata = { title: "Time zone" };

function offsetOf(timeZone: string, at: Date): string {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, timeZoneName: "longOffset" });
  const offset = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "GMT";
  return offset === "GMT" ? "UTC+00:00" : offset.replace("GMT", "UTC");
}

/** Where the time zone is chosen. */
export default async function TimeZonePage() {
  const { timeZone } = await requireSession();
  const now = new Date();
  const zones = timeZones().map((id) => ({
    id,
    words: id === "UTC" ? "UTC" : `${id.replaceAll("_", " ")} (${offsetOf(id, now)})`,
  }));
  return (
    <Card>
      <TimeZoneForm timeZone={timeZone} zones={zones} />
    </Card>
  );
}
