import { PageHead } from "@/components/ui/page-head";
import { Skeleton, SkeletonRows } from "@/components/ui/skeleton";

/** The shape of the overview while it is read. */
export default function OverviewLoading() {
  return (
    <div className="flex flex-col gap-6" aria-busy>
      <PageHead title="Overview" sentence={<Skeleton className="mt-1 h-4 w-56" />} />
      <div className="-mt-6 flex flex-col gap-3">
        <Skeleton className="h-27 rounded-card" />
        <Skeleton className="h-88 rounded-card" />
      </div>
      <SkeletonRows rows={8} />
    </div>
  );
}
