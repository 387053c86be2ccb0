import { SearchX } from "lucide-react";
import { ButtonLink } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";

/** What stands at an address where there is nothing of this merchant's. */
export default function DashboardNotFound() {
  return (
    <Empty
      icon={SearchX}
      title="Nothing is here"
      action={<ButtonLink href="/overview">Go to the overview</ButtonLink>}
    >
      The address may be mistyped, or what it led to may belong to another account.
    </Empty>
  );
}
