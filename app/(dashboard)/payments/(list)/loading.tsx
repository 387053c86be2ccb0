import { PageHead } from "@/components/ui/page-head";
import { Skeleton, SkeletonRows } from "@/components/ui/skeleton";

/** The shape of the payments while they are read. */
export default function PaymentsLoading() {
  return (
    <div aria-busy>
      <PageHead title="Payments" sentence={<Skeleton className="mt-1 h-4 w-48" />} />
      <Skeleton className="mb-4 h-9" />
      <SkeletonRows rows={12} />
    </div>
  );
}
