"use server";

import { cookies } from "next/headers";
import { requireSession } from "@/lib/auth/session";
import { parts } from "@/lib/server/parts";
import { MODE_COOKIE } from "./mode";

const YEAR_SECONDS = 365 * 24 * 60 * 60;

/** Remembers whether the person looks at live or at test money; the page it is sent from is drawn again. */
export async function chooseMode(form: FormData): Promise<void> {
  await requireSession();
  const mode = form.get("mode");
  if (mode !== "live" && mode !== "test") return;
  const secure = parts().env.FAREBOX_ORIGIN.startsWith("https:");
  const jar = await cookies();
  jar.set(MODE_COOKIE, mode, { httpOnly: true, sameSite: "lax", secure, path: "/", maxAge: YEAR_SECONDS });
}
