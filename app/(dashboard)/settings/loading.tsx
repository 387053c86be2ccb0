import { Card } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";

/** The shape of a section that is loading. */
export default function SettingsLoading() {
  return (
    <Card>
      <div className="flex flex-col gap-4">
        <Skeleton className="h-4 w-24" />
        <Skeleton className="h-9 w-full" />
        <Skeleton className="h-4 w-24" />
        <Skeleton className="h-9 w-full" />
        <Skeleton className="h-9 w-28" />
      </div>
    </Card>
  );
}
