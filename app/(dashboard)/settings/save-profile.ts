"use server";

import { revalidatePath } from "next/cache";
import { requireSession } from "@/lib/auth/session";
import { checkName } from "@/lib/merchants/names";
import { editUser, renameMerchant } from "@/lib/merchants/profile";
import { parts } from "@/lib/server/parts";

/** The profile as it was sent, and what came of it. */
export interface ProfileState {
  typed: { merchantName: string; name: string };
  errors: { merchantName?: string; name?: string };
  saved: string | null;
}

/** Renames the merchant and the person. */
export async function saveProfile(_: ProfileState, form: FormData): Promise<ProfileState> {
  const { userId, merchantId } = await requireSession();
  const typed = { merchantName: String(form.get("merchantName")), name: String(form.get("name")) };
  const merchant = checkName(typed.merchantName);
  const person = checkName(typed.name);
  if (!merchant.ok || !person.ok) {
    const errors = {
      ...(merchant.ok ? {} : { merchantName: merchant.reason }),
      ...(person.ok ? {} : { name: person.reason }),
    };
    return { typed, errors, saved: null };
  }
  const { db } = parts().database;
  await renameMerchant(db, merchantId, merchant.name);
  await editUser(db, userId, { name: person.name });
  revalidatePath("/", "layout");
  return { typed: { merchantName: merchant.name, name: person.name }, errors: {}, saved: "Saved." };
}
