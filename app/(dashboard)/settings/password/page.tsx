import { KeyRound } from "lucide-react";
import type { Metadata } from "next";
import { Empty } from "@/components/ui/empty";
import { Card } from "@/components/ui/section";
import { requireSession } from "@/lib/auth/session";
import { memberById } from "@/lib/merchants/member";
import { parts } from "@/lib/server/parts";
import { PasswordForm } from "./form";

/** The title of the page. */
export const metadata: Metadata = { title: "Password" };

/** Where the password is changed; an account opened with a wallet or GitHub has none. */
export default async function PasswordPage() {
  const { userId, email } = await requireSession();
  const member = await memberById(parts().database.db, userId);
  if (email === null || !member?.hasPassword) {
    return (
      <Empty icon={KeyRound} title="This account has no password">
        You sign in without one, so there is none to change or to lose.
      </Empty>
    );
  }
  return (
    <Card>
      <PasswordForm email={email} />
    </Card>
  );
}
