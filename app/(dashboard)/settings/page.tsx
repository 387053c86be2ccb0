import type { Metadata } from "next";
import { Card } from "@/components/ui/section";
import { requireSession } from "@/lib/auth/session";
import { ProfileForm } from "./profile-form";

/** The title of the page. */
export const metadata: Metadata = { title: "Profile" };

/** Who sells, and who is at work. */
export default async function ProfilePage() {
  const { merchantName, name, email } = await requireSession();
  return (
    <Card>
      <ProfileForm merchantName={merchantName} name={name} email={email} />
    </Card>
  );
}
