"use server";

import { revalidatePath } from "next/cache";
import { requireSession } from "@/lib/auth/session";
import { editUser } from "@/lib/merchants/profile";
import { timeZones } from "@/lib/merchants/time-zones";
import { parts } from "@/lib/server/parts";

/** What came of choosing a time zone. */
export interface TimeZoneState {
  error: string | null;
  saved: string | null;
}

/** Changes the time zone every time is shown in. */
export async function saveTimeZone(_: TimeZoneState, form: FormData): Promise<TimeZoneState> {
  const { userId } = await requireSession();
  const timeZone = String(form.get("timeZone"));
  if (!timeZones().includes(timeZone)) return { error: "Choose a time zone from the list.", saved: null };
  await editUser(parts().database.db, userId, { timeZone });
  revalidatePath("/", "layout");
  return { error: null, saved: `Saved. Times are shown in ${timeZone}.` };
}
