import { PageHead } from "@/components/ui/page-head";
import { Skeleton, SkeletonRows } from "@/components/ui/skeleton";

/** The shape of the operator's page while it is read. */
export default function OperatorLoading() {
  return (
    <div className="flex flex-col gap-8" aria-busy>
      <PageHead title="Operator" sentence={<Skeleton className="mt-1 h-4 w-72" />} />
      <Skeleton className="-mt-8 h-17 rounded-card" />
      <Skeleton className="h-24 rounded-card" />
      <SkeletonRows rows={3} />
      <SkeletonRows rows={3} />
    </div>
  );
}
