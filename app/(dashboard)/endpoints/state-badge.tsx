import { CirclePause, Radio } from "lucide-react";
import { Badge } from "@/components/ui/badge";

/** Whether an endpoint takes calls. */
export function StateBadge({ state }: { state: "live" | "paused" }) {
  return state === "live" ? (
    <Badge tone="positive" icon={Radio}>
      Live
    </Badge>
  ) : (
    <Badge tone="warning" icon={CirclePause}>
      Paused
    </Badge>
  );
}
